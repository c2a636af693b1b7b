import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getSegments } from '../../src/segments/resolvers.ts';
import { graphql } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { bulk, idsOf } from './bulk-calls.ts';

const gateway = testGateway();
const UPDATE = `mutation ($input: UpdateSegmentsInput!) { updateSegments(input: $input) {
  ... on UpdateSegmentsPayload { segments { id } results { ... on UpdateSegmentPayload { segment { name } } } } } }`;
let ids: string[];
let holder: pg.Client;

/** Another session has locked the second of three segments. */
beforeAll(async () => {
  ids = idsOf(await bulk(gateway, 'createSegments', [draft(), draft(), draft()]));
  holder = new pg.Client(gateway.database.$client.options.connectionString);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from segments where id = $1 for update', [ids[1]]);
});
afterAll(() => holder.end());

const update = async (name: string, mode: string) =>
  (await graphql(gateway, UPDATE, { input: { mode, segments: ids.map((id) => ({ id, name })) } })).body;
const names = async () => (await getSegments({ ids }, gateway.context())).map((segment) => segment?.name);

it('ALL_OR_NOTHING changes nothing while a segment is locked, and says so', async () => {
  const { data, errors } = await update('together', 'ALL_OR_NOTHING');
  expect(data).toEqual({ updateSegments: null });
  expect(errors).toMatchObject([
    { path: ['updateSegments'], extensions: { code: 'UNAVAILABLE', outcome: 'not_applied' } },
  ]);
  expect(await names()).not.toContain('together');
});

it('EACH_ALONE changes the others, and has an error at the place of the locked one', async () => {
  const changed = { segment: { name: 'alone' } };
  await expect
    .poll(() => update('alone', 'EACH_ALONE'))
    .toMatchObject({
      data: {
        updateSegments: { segments: [{ id: ids[0] }, { id: ids[2] }], results: [changed, null, changed] },
      },
      errors: [
        {
          path: ['updateSegments', 'results', 1],
          extensions: { code: 'UNAVAILABLE', outcome: 'not_applied' },
        },
      ],
    });
  expect(await names()).toEqual(['alone', draft().name, 'alone']);
});
