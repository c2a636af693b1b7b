import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CombinedGraphQLErrors } from '@apollo/client';
import { client, create, SEGMENT, SEGMENTS } from './apollo.ts';

const properties = { criteria: 'spend > 1000', description: '' };

it('Apollo Client joins the pages of a list', async () => {
  for (const name of ['Apollo 1', 'Apollo 2', 'Apollo 3']) await create({ name, ...properties });
  const filter = { name: { startsWith: 'Apollo' } };
  const variables = { first: 2, filter };
  const { data } = await client.query({ query: SEGMENTS, variables });
  const list = client.watchQuery({ query: SEGMENTS, variables });
  await list.fetchMore({ variables: { after: data?.segments.pageInfo.endCursor } });
  const joined = client.readQuery({ query: SEGMENTS, variables });
  assert.deepEqual(
    joined?.segments.edges.map(({ node }) => node.name),
    ['Apollo 3', 'Apollo 2', 'Apollo 1'],
  );

  const id = data?.segments.edges[0]?.node.id ?? '';
  const cached = client.readQuery({ query: SEGMENT, variables: { id } });
  assert.equal(cached?.segment?.name, 'Apollo 3', 'a listed segment is not requested again');
});

it('Apollo Client rejects with the code of an error', async () => {
  const refused = client.query({ query: SEGMENTS, variables: { first: 101 } });
  await assert.rejects(refused, (error) => {
    assert.ok(CombinedGraphQLErrors.is(error));
    assert.equal(error.errors[0]?.extensions?.code, 'INVALID_INPUT');
    return true;
  });
});

it('Apollo Client returns an expected failure as data', async () => {
  const failed = await create({ name: ' ', ...properties });
  assert.equal(failed?.__typename, 'SegmentInvalidInput');
  assert.deepEqual(failed.issues, [
    { __typename: 'SegmentInputIssue', param: 'name', message: 'must not be blank' },
  ]);
  assert.match(failed.message, /name/);
});
