import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FileLine } from '../../src/segments/import/file-line.ts';
import { getSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { draft, secondGateway, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { allOf, imported, importOf, linesOf, statusesOf } from './import-calls.ts';

const gateway = testGateway();
const draftsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => draft({ name, description: `${i}` }));
const countOf = async (name: string) =>
  (await gateway.database.$client.query('select from segments where name = $1', [name])).rowCount;

/** Imports lines, and breaks off after so many. */
async function interrupted(lines: readonly object[], after: number, idempotencyKey: string): Promise<void> {
  const file = async function* (): AsyncGenerator<FileLine[]> {
    for (const line of linesOf(lines).slice(0, after)) yield [line];
    throw new Error('The sender is gone.');
  };
  const { results } = await importOf(gateway, file, { idempotencyKey });
  await expect(allOf(results)).rejects.toThrow('The sender is gone.');
}

describe('the idempotency key of an import', () => {
  it('makes the same file return the same results, and creates nothing again', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const first = await imported(gateway, draftsOf(name, 1_200), { idempotencyKey });
    expect(await imported(gateway, draftsOf(name, 1_200), { idempotencyKey })).toEqual(first);
    expect(await countOf(name)).toBe(1_200);
  });

  it.each([1, 499, 500, 501, 1_100])('completes a file that broke off after %i lines', async (after) => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    await interrupted(draftsOf(name, 1_200), after, idempotencyKey);
    const { summary } = await imported(gateway, draftsOf(name, 1_200), { idempotencyKey });
    expect(summary).toMatchObject({ created: 1_200, complete: true });
    expect(await countOf(name)).toBe(1_200);
  });

  it('imports lines that failed once they are corrected in their places', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const lines = draftsOf(name, 600);
    const wrong = lines.map((line, i) => (i % 100 === 7 ? { ...line, criteria: '' } : line));
    expect((await imported(gateway, wrong, { idempotencyKey })).summary).toMatchObject({
      created: 594,
      failed: 6,
    });
    expect((await imported(gateway, lines, { idempotencyKey })).summary).toMatchObject({
      created: 600,
      failed: 0,
    });
    expect(await countOf(name)).toBe(600);
  });

  it('makes a line fail that is done and was changed since, and says which segment it is', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const { ids } = await imported(gateway, draftsOf(name, 3), { idempotencyKey });
    const changed = draftsOf(name, 3).with(1, draft({ name: 'changed' }));
    const { results } = await imported(gateway, changed, { idempotencyKey });
    expect(results).toMatchObject([
      { status: 'created' },
      {
        status: 'failed',
        code: 'IDEMPOTENCY_KEY_REUSED',
        errors: [{ param: '', message: expect.stringContaining(ids[1] ?? 'no id') }],
      },
      { status: 'created' },
    ]);
  });

  it('does not replace a segment again that was changed after its line was done', async () => {
    const idempotencyKey = randomUUID();
    const [id = ''] = (await imported(gateway, [draft()])).ids;
    const line = { ...draft({ name: 'of the file' }), id };
    await imported(gateway, [line], { idempotencyKey });
    await patiently(() => updateSegment({ id, name: 'changed since' }, gateway.context()));
    expect(statusesOf(await imported(gateway, [line], { idempotencyKey }))).toEqual(['updated']);
    expect(await patiently(async () => getSegment({ id }, gateway.context()))).toMatchObject({
      name: 'changed since',
    });
  });

  it('is of one account: another account with the same key and file creates its own segments', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const mine = await imported(gateway, draftsOf(name, 2), { idempotencyKey });
    const others = await imported(gateway, draftsOf(name, 2), { idempotencyKey, as: 'bob' });
    expect(others.ids).not.toEqual(mine.ids);
    expect(await countOf(name)).toBe(4);
  });

  it('creates each line once for four imports at a time, to two gateways', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const other = await secondGateway(gateway, { poolSize: 5 });
    const { segments, uploads } = other;
    const send = (i: number) =>
      imported(gateway, draftsOf(name, 1_200), {
        idempotencyKey,
        ...(i % 2 === 1 && { context: { segments, uploads } }),
      });
    const all = await Promise.all([0, 1, 2, 3].map(send));
    for (const each of all) expect(each).toEqual(all[0]);
    expect(await countOf(name)).toBe(1_200);
    await other.stop();
  });

  it('is forgotten after 24 hours', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    await imported(gateway, draftsOf(name, 2), { idempotencyKey });
    await gateway.database.$client.query(
      `update idempotency_keys set created_at = now() - interval '25 hours' where key like $1`,
      [`${idempotencyKey}%`],
    );
    await imported(gateway, draftsOf(name, 2), { idempotencyKey });
    expect(await countOf(name)).toBe(4);
  });
});
