import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { schema } from '../../src/graphql/schema.ts';
import { randomQuery } from '../../test/graphql/random-query.ts';
import { ask, CROSSING, startSupergraph } from './supergraph.ts';

let graph: Awaited<ReturnType<typeof startSupergraph>>;
const plans: string[] = [];

before(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'supergraph-'));
  graph = await startSupergraph({ port: 0, dataDir, onPlan: (plan) => plans.push(plan) });
});
after(() => graph?.[Symbol.asyncDispose]());

describe('the supergraph', () => {
  it('answers a query that crosses from one subgraph to the other and back', async () => {
    const { data, errors } = await ask(graph.url, CROSSING, graph.segments.headers);
    assert.equal(errors, undefined);
    assert.deepEqual(data, {
      segments: {
        nodes: [
          {
            name: 'New Customers',
            customers: {
              nodes: [
                { name: 'Edsger', segments: [{ name: 'High Spend Customers' }, { name: 'New Customers' }] },
                { name: 'Barbara', segments: [{ name: 'New Customers' }] },
              ],
            },
          },
          {
            name: 'High Spend Customers',
            customers: {
              nodes: [
                { name: 'Ada', segments: [{ name: 'High Spend Customers' }] },
                { name: 'Grace', segments: [{ name: 'High Spend Customers' }] },
              ],
            },
          },
        ],
      },
    });
    assert.match(
      plans.at(-1) ?? '',
      /Fetch\(service: "segments"\)[\s\S]*Fetch\(service: "customers"\)[\s\S]*Fetch\(service: "segments"\)/,
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
          filter: ['', '{ name: { contains: "spend" } }'],
        },
      },
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
