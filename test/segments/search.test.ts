import { describe, expect, it } from 'vitest';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';

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
  ])('finds %j by %j, in whatever case', async (text, sought) => {
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
  ])('does not find %j by %j: characters are compared as they are written', async (text, sought) => {
    expect(await finds(property, text, { contains: sought })).toBe(false);
  });
});
