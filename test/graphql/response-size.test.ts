import { buildSchema, parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_RESPONSE } from '../../src/errors/refusals.ts';
import { fairQueue } from '../../src/fairness/fair-queue.ts';
import { admittedOperation } from '../../src/graphql/engine/admitted-operation.ts';
import { costOf } from '../../src/graphql/limits/cost.ts';
import { schema } from '../../src/graphql/schema.ts';
import { boundReads } from '../../src/segments/bounded-reads.ts';
import { graphql, initOf, rest } from '../client.ts';
import { testGateway, type Who } from '../harness.ts';

const gateway = testGateway();
const ROWS = 10_000;
/** Ordinary segments are older, so that pages start with the large ones. */
const FIRST = 30_000;

/** Two accounts with many segments whose texts are as long as allowed. Those of Bob grow sixfold when escaped. */
const TEXTS = { ada: 'x', bob: '\u0001' };
const idOf = (n: number) => String(FIRST + n).padStart(16, '0');
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => idOf(from + i));
/** Begins an insertion of segments that are not logged. Logging so many rows one by one would take too long. */
const UNLOGGED = `with noted as materialized (select set_config('segments.events', 'written', true))`;
/** Segments of Ada with ordinary, short texts. */
const ORDINARY = ids(-20_000, -19_000);

beforeAll(async () => {
  const { $client } = gateway.database;
  for (const [account, text] of Object.entries(TEXTS)) {
    // In portions, because statements here have the time limit of the gateway.
    for (let from = 0; from < ROWS; from += 500) {
      await $client.query(
        `${UNLOGGED} insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
         select $1, id, 'n' || repeat($2, 254), repeat($2, 5000), repeat($2, 5000), now(), now()
         from noted, unnest($3::text[]) id`,
        [account, text, ids(from + 1, from + 501)],
      );
    }
  }
  await $client.query(
    `${UNLOGGED} insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
     select 'ada', id, 'n', repeat('c', 100), repeat('d', 100), now(), now() from noted, unnest($1::text[]) id`,
    [ORDINARY],
  );
});

const times = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');
const TWO = 'criteria description';
const ofEntities = (all: readonly string[]) => all.map((id) => ({ __typename: 'Segment', id }));
const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Segment { ${TWO} } } }`;
const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Segment { ${TWO} } } }`;

const BEYOND: [string, string, object][] = [
  [
    'fifty full pages',
    `{ ${times(50, (i) => `a${i}: segments(first: 100, after: null) { nodes { ${TWO} } }`)} }`,
    {},
  ],
  ['a thousand nodes', NODES, { ids: ids(1, 1_001) }],
  ['a thousand entities', ENTITIES, { r: ofEntities(ids(1, 1_001)) }],
  ['one node a thousand times', NODES, { ids: Array.from({ length: 1_000 }, () => idOf(1)) }],
  [
    'nodes under ten aliases',
    `query ($ids: [ID!]!) { ${times(10, (i) => `a${i}: nodes(ids: $ids) { ... on Segment { ${TWO} } }`)} }`,
    { ids: ids(1, 1_001) },
  ],
  [
    'twenty aliases of one property',
    `{ segments(first: 100) { nodes { ${times(20, (i) => `a${i}: criteria`)} } } }`,
    {},
  ],
];

const TRACED = { 'apollo-federation-include-trace': 'ftv1' };

/** How an operation is executed: by Yoga, by its plan once its text has been sent twice, or with a trace for a router. */
const PATHS = [
  ['for the first time', 0, {}],
  ['by its plan', 2, {}],
  ['with a trace', 0, TRACED],
] as const;

let unique = 0;
async function ask(query: string, variables: object, repeats: number, headers: object, as: Who = 'ada') {
  const text = `${query} #${unique++}`;
  for (let i = 0; i < repeats; i++) await graphql(gateway, text, variables, { as });
  return served(() => {
    gateway.statements.length = 0;
    return graphql(gateway, text, variables, { as, headers: { ...headers } });
  });
}

/** Large reads wait for each other. On a busy machine, one of them can wait too long: then the operation is sent again. */
async function served(send: () => ReturnType<typeof graphql>): ReturnType<typeof graphql> {
  const answer = await send();
  const errors: { extensions: { code: string } }[] = answer.body.errors ?? [];
  return errors.some(({ extensions }) => BUSY.includes(extensions.code)) ? served(send) : answer;
}
const BUSY = ['UNAVAILABLE', 'TIMEOUT'];

describe.each(PATHS)('an operation that is executed %s', (_, repeats, headers) => {
  it.each(BEYOND)('is refused if its answer is too large: %s', async (_, query, variables) => {
    const { status, body } = await ask(query, variables, repeats, headers);
    expect(status).toBe(200); // in application/json, a refused operation is a 200
    expect(Object.keys(body)).not.toContain('data');
    expect(body.errors).toMatchObject([
      {
        message:
          'The response would exceed 8 MiB. Request a smaller page, fewer ids or fewer fields, or split the operation.',
        extensions: { code: 'RESPONSE_TOO_LARGE' },
      },
    ]);
    expect(body.errors).toHaveLength(1);
  });

  it('is refused if only escaping makes its answer too large', async () => {
    const { body } = await ask(NODES, { ids: ids(1, 201) }, repeats, headers, 'bob');
    expect(body.errors).toMatchObject([{ extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
    const { body: less } = await ask(NODES, { ids: ids(1, 101) }, repeats, headers, 'bob');
    expect(less.data.nodes).toHaveLength(100);
  });

  it('may return a thousand ordinary segments', async () => {
    const segment = { criteria: 'c'.repeat(100), description: 'd'.repeat(100) };
    const nodes = await ask(NODES, { ids: ORDINARY }, repeats, headers);
    expect(nodes.body.data.nodes).toEqual(ORDINARY.map(() => segment));
    const entities = await ask(ENTITIES, { r: ofEntities(ORDINARY) }, repeats, headers);
    expect(entities.body.data._entities).toEqual(ORDINARY.map(() => segment));
  });

  it('may return an answer that is just small enough', async () => {
    const missing = ['zzzzzzzzzzzzzzzz', 'x'];
    const { body } = await ask(NODES, { ids: [...ids(1, 801), ...missing] }, repeats, headers);
    const segment = { criteria: 'x'.repeat(5_000), description: 'x'.repeat(5_000) };
    expect(body.data.nodes).toEqual([...ids(1, 801).map(() => segment), null, null]);
  });
});

it('an answer without room for its trace is sent without the trace', async () => {
  const largest = ids(1, 832);
  const traced = await served(() => graphql(gateway, NODES, { ids: largest }, { headers: { ...TRACED } }));
  expect(traced.body.data.nodes).toHaveLength(831);
  expect(traced.body.extensions).toBeUndefined();
  const { body } = await graphql(gateway, NODES, { ids: ids(1, 101) }, { headers: { ...TRACED } });
  expect(body.extensions.ftv1).toEqual(expect.any(String));
});

it('an answer that is too large is a 400 in application/graphql-response+json', async () => {
  const headers = { accept: 'application/graphql-response+json' };
  const { status, body } = await ask(NODES, { ids: ids(1, 1_001) }, 0, headers);
  expect([status, body.data]).toEqual([400, undefined]);
});

describe('the data that is fetched', () => {
  /** The number of rows that the statements requested. */
  const rowsRequested = () =>
    gateway.statements.reduce((sum, { text, values }) => {
      const sizes = values.find(
        (value): value is number[] => Array.isArray(value) && value.every(Number.isInteger),
      );
      const keys = values.find(
        (value): value is string[] => Array.isArray(value) && /^\d{16}/.test(value[0]),
      );
      if (text.includes('string_to_array')) return sum + (keys ?? []).join(' ').split(' ').length;
      return sum + (sizes ?? []).reduce((all, size) => all + size, 0);
    }, 0);

  it.each(BEYOND.slice(0, 3))('is below three times the limit: %s', async (_, query, variables) => {
    await ask(query, variables, 2, {});
    const bytes = rowsRequested() * 10_000;
    expect(bytes).toBeGreaterThan(MAX_RESPONSE);
    expect(bytes).toBeLessThan(3 * MAX_RESPONSE);
  });
});

describe('a mutation', () => {
  it('is answered in full with the largest segments', async () => {
    const made = await gateway.database.$client.query(
      `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
       select 'bob', lpad(n::text, 16, 'm'), 'n' || repeat($1, 254), repeat($1, 5000), repeat($1, 5000), now(), now()
       from generate_series(1, 10) n returning id`,
      [TEXTS.bob],
    );
    const fields = `name ${TWO} ${times(4, (i) => `c${i}: criteria`)}`;
    const deletions = made.rows.map(
      ({ id }, i) =>
        `a${i}: deleteSegment(input: { id: "${id}" }) { ... on DeleteSegmentPayload { segment { ${fields} } } }`,
    );
    const { body } = await graphql(gateway, `mutation { ${deletions.join(' ')} }`, {}, { as: 'bob' });
    expect(body.errors).toBeUndefined();
    expect(body.data.a9.segment.c3).toBe(TEXTS.bob.repeat(5_000));
  });

  it('cannot exceed the size limit with what the schema and the other limits allow', () => {
    const everything = `__typename ... on SegmentError { message } ... on SegmentInvalidInput { issues { param message } }
      ... on SegmentVersionConflict { currentVersion }`;
    const segment = 'segment { id name criteria description createdAt updatedAt version __typename }';
    const fields = times(
      10,
      (i) =>
        `a${i}: deleteSegment(input: { id: "x" }) { ${everything} ... on DeleteSegmentPayload { ${segment} } }`,
    );
    const aliases = times(40, (i) => `b${i}: criteria`);
    const more = `a0: deleteSegment(input: { id: "x" }) { ... on DeleteSegmentPayload { segment { ${aliases} } } }`;
    const { bytes } = costOf(schema, parse(`mutation { ${fields} ${more} }`))({});
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(MAX_RESPONSE);
  });

  it('that could return too much is refused before it changes anything', async () => {
    const listing = buildSchema(
      'type Query { a: Int } type Mutation { change(ids: [ID!]!): [Thing] } type Thing { text: String }',
    );
    let changes = 0;
    Object.assign(listing.getMutationType()?.getFields().change ?? {}, { resolve: () => ++changes && [] });
    const change = admittedOperation(
      {
        schema: listing,
        large: fairQueue({ slots: 1, perAccount: 1, maxWaiting: 1, patienceMs: 1_000 }),
        boundReads,
      },
      parse('mutation ($ids: [ID!]!) { change(ids: $ids) { text } }'),
      null,
    );
    for (const run of [change?.run, change?.runOnce]) {
      const result = await run?.({ ids: ids(0, 300) }, gateway.context());
      expect(result?.errors).toMatchObject([{ extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
      expect(result?.data).toBeUndefined();
    }
    expect(changes).toBe(0);
    await change?.run({ ids: ids(0, 200) }, gateway.context());
    expect(changes).toBe(1);
  });
});

it('the largest page over REST is below the limit', async () => {
  const answer = await fetch(
    `${gateway.url}/v1/customer-segments?limit=100&starting_after=${idOf(200)}`,
    initOf(gateway, { as: 'bob' }),
  );
  const bytes = (await answer.arrayBuffer()).byteLength;
  expect(bytes).toBeGreaterThan(6_000_000);
  expect(bytes).toBeLessThan(MAX_RESPONSE);
  expect((await rest(gateway, '?limit=101', { as: 'bob' })).status).toBe(400);
});
