import './babel.ts';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createOperationDescriptor, getRequest } from 'relay-runtime';
import type { segmentsListQuery$data } from '../generated/relay/segmentsListQuery.graphql.ts';

const { environment } = await import('./environment.ts');
const { create, LIST, list, refetch } = await import('./segments.ts');

const properties = { criteria: 'spend > 1000', description: '' };

it('Relay joins the pages of a connection, and fetches a node again', async () => {
  for (const name of ['Relay 1', 'Relay 2', 'Relay 3']) await create({ name, ...properties });
  const variables = { first: 2, filter: { name: { startsWith: 'Relay' } } };
  const first = await list(variables);
  await list({ ...variables, after: first?.segments.pageInfo.endCursor });

  const operation = createOperationDescriptor(getRequest(LIST), variables);
  const { segments } = environment.lookup(operation.fragment).data as unknown as segmentsListQuery$data; // of this query
  assert.deepEqual(
    segments.edges.map(({ node }) => node.name),
    ['Relay 3', 'Relay 2', 'Relay 1'],
  );

  const again = await refetch(segments.edges[0]?.node.id ?? '');
  assert.deepEqual([again?.node?.name, again?.node?.version], ['Relay 3', 1]);
});

it('Relay returns an expected failure as data', async () => {
  const failed = await create({ name: ' ', ...properties });
  assert.equal(failed?.__typename, 'SegmentInvalidInput');
  assert.match(failed?.message ?? '', /name/);
});
