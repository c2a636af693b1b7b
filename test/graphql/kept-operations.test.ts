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

describe('kept operations', () => {
  const operations = repeatedOperations(schema, boundReads);
  const known = (params: object, method = 'POST') => operations.find(params, method) !== undefined;

  const yoga = createYoga<object, Context>({ schema, logging: false, plugins: [operations.plugin] });
  const request = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });
  const ask = (query: string, operationName?: string) => {
    const params = { query, ...(operationName && { operationName }) };
    return yoga.getResultForParams({ params, request }, gateway.context());
  };

  it('are those that repeat, however many are sent only once', async () => {
    for (let i = 0; i < 2; i++) await ask('{ __typename }');
    for (let i = 0; i < 1_000; i++) await ask(`{ a${i}: __typename }`);
    expect([known({ query: '{ __typename }' }), known({ query: '{ a999: __typename }' })]).toEqual([
      true,
      false,
    ]);
  });

  it('are found whatever extensions a client sends', async () => {
    const extensions = { clientLibrary: { name: '@apollo/client', version: '4.0.0' } };
    expect(known({ query: '{ __typename }', variables: null, extensions })).toBe(true);
  });

  it('are not found for parameters of the wrong type', () => {
    for (const params of [
      { variables: [] },
      { operationName: 1 },
      { extensions: 'x' },
      { variables: '{}' },
    ]) {
      expect(known({ query: '{ __typename }', ...params })).toBe(false);
    }
  });

  it('are not found by a text and a name that are equal only when joined', async () => {
    for (let i = 0; i < 2; i++) await ask('{ __typename } #\u0000Nope');
    expect(known({ query: '{ __typename } #', operationName: 'Nope' })).toBe(false);
  });

  it('do not include names that no operation has', async () => {
    for (let i = 0; i < 3; i++) await ask('query A { __typename }', 'B');
    expect(known({ query: 'query A { __typename }', operationName: 'B' })).toBe(false);
  });

  it('never include introspection', async () => {
    for (let i = 0; i < 3; i++) await ask('{ __schema { queryType { name } } }');
    expect(known({ query: '{ __schema { queryType { name } } }' })).toBe(false);
  });

  it('include queries for GET, but no mutations', async () => {
    const query = 'query Q { __typename } mutation M { __typename }';
    for (let i = 0; i < 2; i++) for (const name of ['Q', 'M']) await ask(query, name);
    expect(known({ query, operationName: 'Q' }, 'GET')).toBe(true);
    expect(known({ query, operationName: 'M' }, 'GET')).toBe(false);
    expect(known({ query, operationName: 'M' })).toBe(true);
  });
});

describe('the memory of an engine', () => {
  const engine = graphqlEngine({ schema, introspection: true, boundReads });
  const execution = { method: 'POST', traced: false };
  const withToken = () => gateway.context();
  const withoutToken = () => ({ ...gateway.context(), viewer: null });
  /** A text of about a kilobyte, different for each number. */
  const textOf = (i: number) =>
    `{ a${i}: segments { nodes { ${'id name version '.repeat(50)} } pageInfo { endCursor } } }`;

  it('holds nothing of a caller without a token', async () => {
    for (let i = 0; i < 20; i++) {
      for (let time = 0; time < 3; time++) {
        for (const traced of [false, true])
          await engine({ query: textOf(i) }, { ...execution, traced }, withoutToken());
        await engine({ query: `{ no${i} }` }, execution, withoutToken());
      }
    }
    expect(engine.kept()).toEqual({ documents: 0, errors: 0, once: 0, repeated: 0, bytes: 0 });
  });

  it('holds no plan of introspection', async () => {
    for (let time = 0; time < 4; time++)
      await engine({ query: getIntrospectionQuery() }, execution, withToken());
    expect(engine.kept()).toMatchObject({ once: 0, repeated: 0 });
  });

  it('is bounded, however many operations repeat', async () => {
    for (let i = 0; i < 1_500; i++) {
      for (let time = 0; time < 3; time++) await engine({ query: textOf(i) }, execution, withToken());
      await engine({ query: `{ no${i} }` }, execution, withToken());
    }
    const { documents, errors, repeated, bytes } = engine.kept();
    expect(documents).toBeLessThan(100); // of a kilobyte each, and a hundred times as much when parsed
    expect(errors).toBeLessThan(1_500);
    expect(repeated).toBeGreaterThan(100);
    expect(repeated).toBeLessThan(1_000);
    expect(bytes).toBeLessThanOrEqual(32 * 1024 * 1024);
  });
});
