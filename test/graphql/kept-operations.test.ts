import { createYoga } from 'graphql-yoga';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { repeatedOperations } from '../../src/graphql/repeated-operations.ts';
import { schema } from '../../src/graphql/schema.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

describe('the operations that are kept', () => {
  const operations = repeatedOperations(schema);
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
