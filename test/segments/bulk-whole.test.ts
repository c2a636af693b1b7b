import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../src/errors/invalid-input.ts';
import { Refusal, Unavailable } from '../../src/errors/refusals.ts';
import { createSegments, deleteSegments, updateSegments } from '../../src/segments/bulk/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { draft, eventHead, secondGateway, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';

const gateway = testGateway();
/** Connections that are killed in each test. */
const KILLS = Number(process.env.BULK_KILLS ?? 10);
const ENTRIES = 200;
let admin: pg.Client;

beforeAll(async () => {
  admin = new pg.Client(gateway.database.$client.options.connectionString);
  await admin.connect();
});
afterAll(() => admin.end());

/** Ends all connections of the gateway, as a server that crashes does. */
const kill = () =>
  admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'segments-gateway' and state = 'active'`,
  );

type Results = Awaited<ReturnType<typeof createSegments>>;
const idsOf = (results: Results): string[] => results.map((result) => (result as Segment).id);
const drafts = (name: string) => Array.from({ length: ENTRIES }, () => draft({ name }));
const make = (name: string) =>
  patiently(() => createSegments.parse({ segments: drafts(name) }, gateway.context()));

const countOf = async (name: string): Promise<number> =>
  (await admin.query('select from segments where name = $1', [name])).rowCount ?? 0;

/** Makes a call while connections are killed. Returns whether it was applied; undefined if that is not known. */
async function underKills(call: () => Promise<Results>): Promise<boolean | undefined> {
  const called = call().then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      return error.outcome === 'unknown' ? undefined : false;
    },
  );
  await sleep(Math.random() * 60); // any moment of the statement
  await kill();
  return called;
}

describe('a bulk write whose connection is killed', () => {
  /** Repeats a write under kills. Checks that it is applied as a whole or not at all, as it was reported, with its events. */
  const repeated = async (
    write: (name: string) => Promise<{ call: () => Promise<Results>; before: number; after: number }>,
  ) => {
    for (let i = 0; i < KILLS; i++) {
      const name = randomUUID();
      const { call, before, after } = await write(name);
      const head = await patiently(() => eventHead(gateway, 'ada'));
      const wasApplied = await underKills(call);
      const count = await countOf(name);
      expect([before, after]).toContain(count);
      if (wasApplied !== undefined) expect(count).toBe(wasApplied ? after : before);
      const logged = (await patiently(() => eventHead(gateway, 'ada'))) - head;
      expect(logged).toBe(count === after ? ENTRIES : 0);
    }
  };

  it('creates all segments or none', () =>
    repeated(async (name) => ({
      call: () => createSegments.parse({ segments: drafts(name) }, gateway.context()),
      before: 0,
      after: ENTRIES,
    })));

  it('creates all segments or none with an idempotency key, and all of them once if it is retried', () =>
    repeated(async (name) => {
      const input = { segments: drafts(name), idempotencyKey: randomUUID() };
      const call = () => createSegments.parse(input, gateway.context());
      return {
        call: async () => {
          const outcome = await call().catch((error: Error) => error);
          const retried = await patiently(() => retriedUntilKnown(call));
          if (!(outcome instanceof Error)) expect(idsOf(retried)).toEqual(idsOf(outcome));
          return retried;
        },
        before: ENTRIES,
        after: ENTRIES,
      };
    }));

  it('changes all segments or none', () =>
    repeated(async (name) => {
      const ids = idsOf(await make(randomUUID()));
      const segments = ids.map((id) => ({ id, name }));
      return { call: () => updateSegments.parse({ segments }, gateway.context()), before: 0, after: ENTRIES };
    }));

  it('deletes all segments or none', () =>
    repeated(async (name) => {
      const segments = idsOf(await make(name)).map((id) => ({ id }));
      return { call: () => deleteSegments.parse({ segments }, gateway.context()), before: ENTRIES, after: 0 };
    }));
});

const retriedUntilKnown = async (call: () => Promise<Results>): Promise<Results> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Unavailable) return retriedUntilKnown(call);
    throw error;
  }
};

describe('bulk writes of two gateways to the same segments', () => {
  it('are applied one after the other, each as a whole', async () => {
    const ids = idsOf(await make(randomUUID()));
    const other = await secondGateway(gateway, { poolSize: 5 });
    const contexts = [
      gateway.context(),
      { ...gateway.context(), segments: other.segments, wrote: other.wrote },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 2, maxLength: 6 }), async (orders) => {
        const calls = orders.map((isReversed, i) => {
          const name = randomUUID();
          const segments = (isReversed ? ids.toReversed() : ids).map((id) => ({ id, name }));
          return updateSegments.parse({ segments }, contexts[i % 2] ?? gateway.context()).catch((error) => {
            if (!(error instanceof Refusal) || error instanceof InvalidInput) throw error;
          });
        });
        await Promise.all(calls);
        const { rows } = await admin.query('select distinct name, version from segments where id = any($1)', [
          ids,
        ]);
        expect(rows).toHaveLength(1);
      }),
      { seed: 16, numRuns: 10 },
    );
    await other.stop();
  });

  it('cannot both succeed at one version', async () => {
    const ids = idsOf(await make(randomUUID()));
    const other = await secondGateway(gateway, { poolSize: 5 });
    const contexts = [
      gateway.context(),
      { ...gateway.context(), segments: other.segments, wrote: other.wrote },
    ];
    for (let version = 1; version <= 10; version++) {
      const segments = ids.map((id, i) => ({
        id,
        name: `n${version}`,
        ...(i === 100 && { expectedVersion: version }),
      }));
      const outcomes = await Promise.allSettled(
        contexts.map((context) => patiently(() => updateSegments.parse({ segments }, context))),
      );
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { failures: [{ place: 100, refusal: { currentVersion: version + 1 } }] },
      });
    }
    await other.stop();
  });
});
