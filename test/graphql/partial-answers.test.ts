import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const RESULT = 'application/graphql-response+json';

/** Two writes. The second one needs a row that another session has locked. */
const CREATE_THEN_UPDATE = `mutation ($input: CreateSegmentInput!, $locked: ID!) {
  createSegment(input: $input) { ... on CreateSegmentPayload { segment { id } } }
  updateSegment(input: { id: $locked, name: "x" }) { __typename }
}`;

async function whileLocked(id: string, run: () => Promise<void>): Promise<void> {
  const client = new pg.Client(gateway.database.$client.options.connectionString);
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select from segments where id = $1 for update', [id]);
    await run();
  } finally {
    await client.end();
  }
}

// EE52 of graphql-http's audits, which is commented out there: "MUST use 2xx status code if the response contains the
// {data} entry and it is not {null}".
describe.each(['application/json', RESULT])('an answer in %s', (accept) => {
  it('is a 200 if one write was stored and another failed, with an error only for the latter', async () => {
    const { id } = await createSegment(draft(), gateway.context());
    await whileLocked(id, async () => {
      const variables = { input: draft({ name: 'Stored' }), locked: id };
      const { status, headers, body } = await graphql(gateway, CREATE_THEN_UPDATE, variables, {
        headers: { accept },
      });
      expect([status, headers.get('retry-after')]).toEqual([200, null]);
      expect(body.data.updateSegment).toBeNull();
      expect(body.errors).toMatchObject([
        { path: ['updateSegment'], extensions: { code: 'UNAVAILABLE', outcome: 'not_applied' } },
      ]);
      const created = body.data.createSegment.segment.id;
      const { body: stored } = await graphql(gateway, `{ segment(id: "${created}") { name } }`);
      expect(stored).toEqual({ data: { segment: { name: 'Stored' } } });
    });
  });

  it('is a 200 without a challenge if only some of its fields need a token', async () => {
    const query = '{ __typename segment(id: "x") { id } }';
    const { status, headers, body } = await graphql(gateway, query, {}, { as: null, headers: { accept } });
    expect([status, headers.get('www-authenticate')]).toEqual([200, null]);
    expect(body).toMatchObject({
      data: { __typename: 'Query', segment: null },
      errors: [{ path: ['segment'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('has the status of its errors if no data is left', async () => {
    const query = '{ segments { totalCount } }';
    const { status, headers, body } = await graphql(gateway, query, {}, { as: null, headers: { accept } });
    expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
    expect(body.data).toBeNull();
  });
});
