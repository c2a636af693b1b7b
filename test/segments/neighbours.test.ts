import { beforeAll, expect, it } from 'vitest';
import { createSegments, updateSegments } from '../../src/segments/bulk/resolvers.ts';
import { createSegment, getSegment, getSegments, listSegments } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { countSegments } from './count.ts';

const gateway = testGateway({ poolSize: 10 });

/** Each of Ada's rows takes this long to read, as if she had 500,000 segments on a slow disk. */
const SECONDS = 0.3;
let mine: string[];
let hers: string;
const manyDrafts = Array.from({ length: 1_000 }, () => draft());

beforeAll(async () => {
  const { $client } = gateway.database;
  await $client.query(`
    create function wait(account_id text) returns boolean language plpgsql as $$ begin
      if account_id = 'ada' then perform pg_sleep(${SECONDS}); end if;
      return true;
    end $$;
    alter table segments rename to stored;
    create view segments as select * from stored where wait(account_id)`);
  hers = (await createSegment(draft(), gateway.context('ada'))).id;
  const made = Array.from({ length: 100 }, () => createSegment(draft(), gateway.context('bob')));
  mine = (await Promise.all(made)).map(({ id }) => id);
});

/** Makes one call of each kind for Bob. Rejects if any of them does. */
const everything = (): Promise<unknown> => {
  const context = gateway.context('bob');
  return Promise.all([
    getSegment.parse({ id: mine[0] }, context),
    getSegments({ ids: mine }, context),
    listSegments({ first: 10 }, context),
    listSegments({ first: 100 }, context),
    listSegments({ first: 10, filter: { name: { contains: 'spend' } } }, context),
    countSegments({}, context),
    createSegment(draft(), context),
  ]);
};

/** Calls that take long for Ada. */
const abuses: [string, (context: ReturnType<typeof gateway.context>, i: number) => Promise<unknown>][] = [
  ['searches', (context) => listSegments({ filter: { name: { contains: 'spend' } } }, context)],
  [
    'searches of fifty shapes',
    (context, i) =>
      listSegments(
        {
          first: 1 + (i % 2),
          orderBy: { field: i % 4 < 2 ? 'NAME' : 'UPDATED_AT', direction: i % 8 < 4 ? 'ASC' : 'DESC' },
          filter: {
            name: { contains: 's', ...(i % 16 < 8 && { startsWith: 'h' }) },
            criteria: { contains: 'c', ...(i % 32 < 16 && { startsWith: 'c' }) },
          },
        },
        context,
      ),
  ],
  ['counts', (context) => countSegments({}, context)],
  ['full pages', (context) => listSegments({ first: 100 }, context)],
  ['small pages', (context) => listSegments({ first: 10 }, context)],
  ['bulk writes', (context) => createSegments({ segments: manyDrafts }, context)],
  [
    'bulk writes of each entry alone',
    (context) => createSegments({ mode: 'EACH_ALONE', segments: manyDrafts }, context),
  ],
  [
    'bulk updates of slow rows',
    (context) => updateSegments({ segments: [{ id: hers, name: 'n' }] }, context),
  ],
];

it.each(abuses)('Many %s of one account do not make calls of its neighbour fail', async (_, abuse) => {
  const asked = Array.from({ length: 50 }, (_, i) => abuse(gateway.context('ada'), i));
  let areOver = false;
  const ended = Promise.allSettled(asked).then((outcomes) => {
    areOver = true;
    return outcomes;
  });
  for (let turn = 0; turn < 5 || !areOver; turn += 1) {
    await everything();
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  }
  for (const outcome of await ended) {
    if (outcome.status === 'fulfilled') continue;
    expect(outcome.reason).toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|TIMEOUT/) });
  }
});
