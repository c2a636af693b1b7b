import { getIntrospectionQuery } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { graphqlEngine } from '../../src/graphql/engine/engine.ts';
import { repeatedOperations } from '../../src/graphql/engine/repeated-operations.ts';
import { schema } from '../../src/graphql/schema.ts';
import { boundReads } from '../../src/segments/bounded-reads.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

describe('the operations that are kept', () => {
  const operations = repeatedOperations(schema, boundReads);
  const known = (params: object, method = 'POST') => operations.find(params, method) !== undefined;

  const yoga = createYoga<object, Context>({ schema, logging: false, plugins: [operations.plugin] });
  const request = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });
  const ask = (query: string, operationName?: string) => {
    const params = { query, ...(operationName && { operationName }) };
    return yoga.getResultForParams({ params, request }, gateway.context());
  };

  it('are those that come again, however many come once', async () => {
    for (let i = 0; i < 2; i++) await ask('{ __typename }');
    for (let i = 0; i < 1_000; i++) await ask(`{ a${i}: __typename }`);
    expect([known({ query: '{ __typename }' }), known({ query: '{ a999: __typename }' })]).toEqual([
      true,
      false,
    ]);
  });

  it('are found whatever else a client sends', async () => {
    const extensions = { clientLibrary: { name: '@apollo/client', version: '4.0.0' } };
    expect(known({ query: '{ __typename }', variables: null, extensions })).toBe(true);
  });

  it('are not found for parameters of another type', () => {
    for (const params of [
      { variables: [] },
      { operationName: 1 },
      { extensions: 'x' },
      { variables: '{}' },
    ]) {
      expect(known({ query: '{ __typename }', ...params })).toBe(false);
    }
  });

  it('are not found under a text and a name that only look the same together', async () => {
    for (let i = 0; i < 2; i++) await ask('{ __typename } #\u0000Nope');
    expect(known({ query: '{ __typename } #', operationName: 'Nope' })).toBe(false);
  });

  it('do not hold names that no operation has', async () => {
    for (let i = 0; i < 3; i++) await ask('query A { __typename }', 'B');
    expect(known({ query: 'query A { __typename }', operationName: 'B' })).toBe(false);
  });

  it('are never introspection', async () => {
    for (let i = 0; i < 3; i++) await ask('{ __schema { queryType { name } } }');
    expect(known({ query: '{ __schema { queryType { name } } }' })).toBe(false);
  });

  it('hold queries for GET, and no mutations', async () => {
    const query = 'query Q { __typename } mutation M { __typename }';
    for (let i = 0; i < 2; i++) for (const name of ['Q', 'M']) await ask(query, name);
    expect(known({ query, operationName: 'Q' }, 'GET')).toBe(true);
    expect(known({ query, operationName: 'M' }, 'GET')).toBe(false);
    expect(known({ query, operationName: 'M' })).toBe(true);
  });
});

describe('the memory of an engine', () => {
  const engine = graphqlEngine({ schema, introspection: true, boundReads });
  const how = { method: 'POST', traced: false };
  const known = () => gateway.context();
  const unknown = () => ({ ...gateway.context(), viewer: null });
  /** A text of about a kilobyte, and each another one. */
  const textOf = (i: number) =>
    `{ a${i}: segments { nodes { ${'id name version '.repeat(50)} } pageInfo { endCursor } } }`;

  it('holds nothing of a caller who is not known', async () => {
    for (let i = 0; i < 20; i++) {
      for (let time = 0; time < 3; time++) {
        for (const traced of [false, true]) await engine({ query: textOf(i) }, { ...how, traced }, unknown());
        await engine({ query: `{ no${i} }` }, how, unknown());
      }
    }
    expect(engine.kept()).toEqual({ documents: 0, errors: 0, once: 0, repeated: 0, bytes: 0 });
  });

  it('holds no plan of introspection', async () => {
    for (let time = 0; time < 4; time++) await engine({ query: getIntrospectionQuery() }, how, known());
    expect(engine.kept()).toMatchObject({ once: 0, repeated: 0 });
  });

  it('is bounded, however many operations come and come again', async () => {
    for (let i = 0; i < 1_500; i++) {
      for (let time = 0; time < 3; time++) await engine({ query: textOf(i) }, how, known());
      await engine({ query: `{ no${i} }` }, how, known());
    }
    const { documents, errors, repeated, bytes } = engine.kept();
    expect(documents).toBeLessThan(100); // of a kilobyte each, which takes a hundred times as much when it is parsed
    expect(errors).toBeLessThan(1_500);
    expect(repeated).toBeGreaterThan(100);
    expect(repeated).toBeLessThan(1_000);
    expect(bytes).toBeLessThanOrEqual(32 * 1024 * 1024);
  }, 120_000);
});
