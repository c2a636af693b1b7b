import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { until } from '../until.ts';
import { imported, importOf } from './import-calls.ts';

const gateway = testGateway();

/** Does something while another session holds the lock on a segment. */
async function whileLocked(id: string, work: () => Promise<void>): Promise<void> {
  const other = new pg.Client(gateway.database.$client.options.connectionString);
  await other.connect();
  await other.query('begin');
  await other.query('select from segments where id = $1 for update', [id]);
  try {
    await work();
  } finally {
    await other.query('rollback');
    await other.end();
  }
}

describe('an import that waits for a locked segment', () => {
  it('does not keep another account from importing, writing and reading, and goes on afterwards', async () => {
    const { id } = await patiently(() => createSegment(draft({ name: 'locked' }), gateway.context()));
    let waiting = Promise.resolve<unknown>(undefined);
    let isDone = false;
    await whileLocked(id, async () => {
      waiting = imported(gateway, [{ ...draft({ name: 'after' }), id }]).finally(() => {
        isDone = true;
      });
      const { ids } = await imported(
        gateway,
        Array.from({ length: 20 }, () => draft()),
        { as: 'bob' },
      );
      expect(ids).toHaveLength(20);
      await patiently(() => createSegment(draft(), gateway.context('bob')));
      const page = await patiently(() => listSegments({ first: 10 }, gateway.context('bob')));
      expect(page.segments).toHaveLength(10);
      expect(isDone).toBe(false);
    });
    expect(await waiting).toMatchObject({ summary: { updated: 1, failed: 0, complete: true } });
  });
});

describe('an import whose results nobody reads', () => {
  it('keeps no connection, and reads no more of its file than fits into its memory', async () => {
    let read = 0;
    const file = async function* () {
      for (;;) yield [{ number: ++read, properties: { ...draft({ description: 'd'.repeat(5_000) }) } }];
    };
    const { results } = await importOf(gateway, file);
    await results.next();
    await until(() => read > 50);
    await until(async () => {
      const before = read;
      await new Promise(setImmediate);
      return read === before;
    });
    expect(read).toBeLessThan(1_000);
    const { $client: pool } = gateway.database.import;
    expect(pool.idleCount).toBe(pool.totalCount);
    await results.return(undefined);
  });
});
