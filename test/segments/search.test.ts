import { describe, expect, it } from 'vitest';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import { isRepetitive } from '../../src/segments/store/repetition.ts';
import { draft, testGateway } from '../harness.ts';
import { countSegments } from './count.ts';

const gateway = testGateway();

async function finds(property: 'name' | 'criteria', text: string, condition: object): Promise<boolean> {
  await gateway.database.execute('truncate segments');
  await createSegment(draft({ [property]: text }), gateway.context());
  const { segments } = await listSegments({ filter: { [property]: condition } }, gateway.context());
  return segments.length === 1;
}

describe.each(['name', 'criteria'] as const)('a search in the %s', (property) => {
  it.each([
    ['ΟΔΟΣ', 'οδος'],
    ['οδος', 'ΟΔΟΣ'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδοσ', 'οδος'],
    ['ΟΔΟΣΑ', 'δος'],
    ['ΟΔΟΣ Α', 'δοσ α'],
    ['STRASSE ẞ', 'ß'],
    ['straße', 'STRAẞE'],
    ['Ǆ', 'ǆ'],
    ['ǅ', 'Ǆ'],
    ['Ärger', 'äRGER'],
    ['10 µm', '10 μM'],
    ['300 K', '300 k'],
    ['𐐀', '𐐨'],
    ['50 % OFF', '50 % off'],
    ['a_B', 'A_b'],
    ['C:\\Dir', 'c:\\dIR'],
  ])('finds %j by %j, ignoring case', async (text, sought) => {
    expect(await finds(property, text, { contains: sought })).toBe(true);
    expect(await finds(property, `before ${text} after`, { contains: sought })).toBe(true);
  });

  it.each([
    ['ΟΔΟΣ Α', 'οδος'],
    ['ẞ', 'ß'],
    ['50 % OFF', '50 % o'],
  ])('finds %j, which starts with %j', async (text, sought) => {
    expect(await finds(property, text, { startsWith: sought })).toBe(true);
    expect(await finds(property, `x${text}`, { startsWith: sought })).toBe(false);
  });

  it.each([
    ['plain', 'pl_in'],
    ['plain', 'pl%n'],
    ['plain', 'PL\\AIN'],
    ['a\\b', 'a\\\\b'],
    ['Café'.normalize('NFD'), 'Café'.normalize('NFC')],
    ['café', 'cafe'],
  ])('does not find %j by %j: characters are compared literally', async (text, sought) => {
    expect(await finds(property, text, { contains: sought })).toBe(false);
  });
});

describe('a repetitive text', () => {
  it.each([
    ['a'.repeat(255), 'a'.repeat(200)],
    [`x${'aB'.repeat(120)}`, 'Ab'.repeat(100)],
    ['ΣσςΣσς'.repeat(9), 'σ'.repeat(40)],
    ['Éé'.repeat(30), 'é'.repeat(50)],
    ['𐐀𐐨'.repeat(30), '𐐨'.repeat(50)],
    ['%'.repeat(30), '%'.repeat(20)],
    ['(\\.*)'.repeat(30), '(\\.*)'.repeat(20)],
    ['***=:***='.repeat(12), '***=:***='.repeat(10)],
  ])('is found, and distinguished from similar texts (%#)', async (text, sought) => {
    expect(isRepetitive(sought)).toBe(true);
    expect(await finds('criteria', text, { contains: sought })).toBe(true);
    expect(await finds('criteria', text, { contains: `${sought}!` })).toBe(false);
    expect(await finds('criteria', `${[...text].with(10, '-').join('')}`, { contains: text })).toBe(false);
  });

  it('is recognised if it consists of characters that the database considers equal', () => {
    for (const text of ['iİıI', 'ßẞssS', 'µμΜ', 'ſsS', 'ΐΐ']) {
      expect(isRepetitive(text.repeat(10))).toBe(true);
    }
  });

  it.each(['High Spend Customers', 'www.', '50 % OFF', 'Mississippi', 'a'.repeat(8), ''])(
    'is not %j',
    (text) => expect(isRepetitive(text)).toBe(false),
  );
});

describe('a search', () => {
  it.each(['name', 'criteria'] as const)('in the %s is limited to 255 characters', async (property) => {
    for (const condition of ['contains', 'startsWith']) {
      const search = (length: number) =>
        listSegments({ filter: { [property]: { [condition]: '𐐨'.repeat(length) } } }, gateway.context());
      await search(255);
      await expect(search(256)).rejects.toMatchObject({
        issues: [
          {
            param: `filter.${property}.${condition}`,
            message: 'must have 0 to 255 characters, not 256',
          },
        ],
      });
    }
    const long = 'a'.repeat(5_000);
    await listSegments({ filter: { [property]: { eq: long, in: [long] } } }, gateway.context());
  });

  // For the first of each, LIKE took 40 to 90 times as long (2026-11-25, Postgres 15 and 18).
  it.each([
    ['a', [`${'a'.repeat(254)}b`, `b${'a'.repeat(254)}`, `${'a'.repeat(127)}b${'a'.repeat(127)}`]],
    ['ab', [`${'ab'.repeat(127)}c`, `c${'ba'.repeat(127)}`, 'aba'.repeat(85)]],
    ['é', [`${'é'.repeat(254)}b`, `b${'é'.repeat(254)}`]],
    ['𐐨', [`${'𐐨'.repeat(254)}b`]],
    ['%', [`${'%'.repeat(254)}b`, '_'.repeat(255)]],
  ])('in rows of %j takes less than 20 times as long for hostile texts', async (unit, hostile) => {
    await gateway.database.execute('truncate segments');
    await gateway.database.$client.query(
      `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
       select 'ada', lpad(n::text, 16, '0'), 'n', repeat($1, $2), '', now(), now() from generate_series(1, 200) n`,
      [unit, 5_000 / [...unit].length],
    );
    const timeOf = async (contains: string) => {
      const start = performance.now();
      expect(await countSegments({ filter: { criteria: { contains } } }, gateway.context())).toBe(0);
      return performance.now() - start;
    };
    const best = new Map<string, number>();
    for (let round = 0; round < 4; round++) {
      for (const text of ['spend', ...hostile]) {
        best.set(text, Math.min(best.get(text) ?? Number.POSITIVE_INFINITY, await timeOf(text)));
      }
    }
    const ordinary = best.get('spend') ?? 0;
    for (const text of hostile) expect((best.get(text) ?? 0) / ordinary).toBeLessThan(20);
  });
});
