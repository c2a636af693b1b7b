import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { schema } from '../../src/graphql/schema.ts';
import { randomQuery } from '../../test/graphql/random-query.ts';
import { type CountedSupergraph, startCountedSupergraph } from './counted-supergraph.ts';
import { testCustomers } from './customer-tests.ts';
import { startRouter } from './router.ts';
import { ask, CROSSING } from './supergraph.ts';

let graph: CountedSupergraph;
const plans: string[] = [];

before(async () => {
  graph = await startCountedSupergraph((sdl) => startRouter(sdl, 0, (plan) => plans.push(plan)));
});
after(() => graph?.[Symbol.asyncDispose]());

describe("Apollo's gateway", () => {
  testCustomers(() => graph);

  it('plans a query that crosses there and back in three steps', async () => {
    await ask(graph.url, CROSSING, graph.segments.headers);
    const services = (plans.at(-1) ?? '').matchAll(/Fetch\(service: "(\w+)"\)/g);
    assert.deepEqual(
      [...services].map(([, name]) => name),
      ['customers', 'segments', 'customers'],
    );
  });

  it('forwards the token: without one, the segments subgraph refuses', async () => {
    const { 'content-type': type } = graph.segments.headers;
    const { errors } = await ask(graph.url, '{ segments { nodes { name } } }', { 'content-type': type });
    assert.match(errors?.[0]?.message ?? '', /401/);
  });

  it('resolves `node` by the customers subgraph', async () => {
    const { data } = await ask(
      graph.url,
      '{ node(id: "c1") { id ... on Customer { name } } }',
      graph.segments.headers,
    );
    assert.deepEqual(data, { node: { id: 'c1', name: 'Ada' } });
  });

  it('answers any query for segments like the gateway itself', async () => {
    const id = Object.values(graph.ids).map((each) => JSON.stringify(each));
    const queries = randomQuery({
      schema,
      roots: {
        segment: { id: [...id, '"0000000000000000"'] },
        segments: {
          first: ['', '1', '2'],
          orderBy: ['', '{ field: NAME, direction: ASC }'],
          filter: ['', '{ name: { contains: "spend" } }', '{ member: "c3" }'],
        },
      },
      fields: {
        'Segment.members': { first: ['1', '2'] },
        'Segment.hasMember': { customerId: ['"c1"', '"nobody"'] },
        'Customer.segments': { first: ['1', '2'], filter: ['', '{ name: { contains: "spend" } }'] },
        'Customer.inSegments': { ids: [`[${id.join(', ')}]`, '[]'] },
      },
      depth: 7, // segments, nodes, members, nodes, customer, segments, nodes
    });
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const { headers, url } = graph.segments;
        assert.deepEqual(await ask(graph.url, query, headers), await ask(url, query, headers));
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
