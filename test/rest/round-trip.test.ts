import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Draft } from '../../src/segments/segment.ts';
import { rest } from '../client.ts';
import { testGateway, viewers } from '../harness.ts';
import { CSV, exportFile, importFile, lineOf, NDJSON } from './transfer.ts';

/** Texts that are hard to write as CSV or JSON, and any others. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', '\t', '\uFEFF', '\\', "'", 'a', '=') }),
);
const drafts = fc
  .sample(fc.record({ name: text, criteria: text, description: text }), { numRuns: 1_500, seed: 20261128 })
  .filter((draft) => Draft.safeParse(draft).success);

const gateway = testGateway();

describe.each([NDJSON, CSV])('A file of %s', (type) => {
  const other = type === CSV ? NDJSON : CSV;

  it('is the same after it was imported by another account', async () => {
    const created = await importFile(gateway, drafts.map(lineOf).join(''));
    expect(created.summary).toMatchObject({ created: drafts.length, failed: 0 });
    const { id } = created.results[7];
    await rest(gateway, `/${id}`, { method: 'PUT', body: { name: 'changed later' } });
    const file = (await exportFile(gateway, { type })).body;

    const { summary } = await importFile(gateway, file, { type, as: 'bob' });
    expect(summary).toMatchObject({ failed: 0, complete: true });
    expect((await exportFile(gateway, { type, as: 'bob' })).body).toBe(file);
    expect((await exportFile(gateway, { type: other, as: 'bob' })).body).toBe(
      (await exportFile(gateway, { type: other })).body,
    );
  });

  it('changes nothing if it is imported by the account that exported it', async () => {
    const events = await gateway.events.heads([viewers.ada.accountId]);
    const file = (await exportFile(gateway, { type })).body;
    const { summary } = await importFile(gateway, file, { type });
    expect(summary).toMatchObject({ created: 0, updated: 0, failed: 0, complete: true });
    expect((await exportFile(gateway, { type })).body).toBe(file);
    expect(await gateway.events.heads([viewers.ada.accountId])).toEqual(events);
  });
});
