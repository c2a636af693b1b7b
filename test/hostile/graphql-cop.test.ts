import { describe, expect, it } from 'vitest';
import { testGateway } from '../harness.ts';

// A gateway that hides its schema: INTROSPECTION=off, GRAPHIQL=off.
const gateway = testGateway({ introspection: false, graphiql: false });

/** Sends a request with a token: without one, a 401 would hide the response. */
async function send(init: RequestInit, query = '') {
  const headers = { ...gateway.authorization('ada'), ...init.headers };
  const answer = await fetch(`${gateway.url}/graphql${query}`, { ...init, headers });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
  return { status: answer.status, text, ...json };
}
const json = { 'content-type': 'application/json' };
const post = (query: string) =>
  send({ method: 'POST', headers: json, body: JSON.stringify({ query, operationName: 'cop' }) });
const get = (query: string) => send({ method: 'GET' }, `?query=${encodeURIComponent(query)}`);
const times = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

/** The checks of graphql-cop (dolevf/graphql-cop) by name. Each test repeats the request that the tool sends. */
describe('The graphql-cop check', () => {
  it('field_suggestions finds no suggestion', async () => {
    expect((await post('query cop { __schema { directive } }')).text).not.toContain('Did you mean');
  });
  it('introspection finds no schema', async () => {
    expect(
      (await post('query cop { __schema { types { name fields { name } } } }')).data?.__schema,
    ).toBeUndefined();
  });
  it('detect_graphiql finds no GraphiQL', async () => {
    const { text } = await send({ headers: { accept: 'text/html' } });
    expect(text).not.toMatch(/graphiql|playground/i);
  });
  it('get_method_support finds GET, which GraphQL over HTTP allows for queries and which needs a token', async () => {
    const { data, status } = await get('query cop { __typename }');
    expect([status, data]).toEqual([200, { __typename: 'Query' }]);
    const withoutToken = await fetch(`${gateway.url}/graphql?query={segments{totalCount}}`);
    expect(withoutToken.status).toBe(401);
  });
  it('alias_overloading cannot use 101 aliases', async () => {
    expect(
      (await post(`query cop { ${times(101, (i) => `alias${i}: __typename`)} }`)).data?.alias100,
    ).toBeUndefined();
  });
  it('batch_query cannot send a batch', async () => {
    const body = JSON.stringify(Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' })));
    const { text } = await send({ method: 'POST', headers: json, body });
    expect(Object.keys(JSON.parse(text)).length).toBeLessThan(10);
    expect(text).not.toContain('"__typename"');
  });
  it('trace_mode finds no tracing', async () => {
    expect((await post('query cop { __typename }')).text).not.toContain('tracing');
  });
  it('directive_overloading does not get an error for each directive', async () => {
    expect((await post(`query cop { __typename ${'@aa'.repeat(10)} }`)).errors.length).not.toBe(10);
  });
  it('circular_query_introspection finds no schema', async () => {
    const fields = `${'fields { type { '.repeat(4)}name${' } }'.repeat(4)}`;
    expect((await post(`query cop { __schema { types { ${fields} } } }`)).data?.__schema).toBeUndefined();
  });
  it('get_based_mutation cannot send a mutation by GET', async () => {
    expect((await get('mutation cop { __typename }')).data?.__typename).toBeUndefined();
  });
  it('post_based_csrf cannot send a form', async () => {
    const body = new URLSearchParams({ query: 'query cop { __typename }' });
    expect(await send({ method: 'POST', body })).toMatchObject({ status: 415 });
  });
  it('unhandled_error_detection finds no exception', async () => {
    const { errors } = await post('qwerty cop { abc }');
    expect(errors[0].extensions?.exception).toBeUndefined();
  });
  it('field_duplication (withdrawn by its authors) cannot repeat a field 500 times', async () => {
    expect((await post(`query cop { ${'__typename '.repeat(500)} }`)).data).toBeUndefined();
  });
});
