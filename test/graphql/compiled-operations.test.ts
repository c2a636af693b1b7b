import fc from 'fast-check';
import { execute, parse, validate } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { createYoga } from 'graphql-yoga';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { compiledOperations } from '../../src/graphql/compiled-operations.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { randomQuery } from './random-query.ts';

const gateway = testGateway();
const ids: string[] = [];

beforeAll(async () => {
  for (const name of ['a', 'b', 'c']) ids.push((await createSegment(draft({ name }), gateway.context())).id);
});

/** Queries over segments that are there, that are not, and with what is refused. */
function queries(): fc.Arbitrary<string> {
  const id = [...ids, '0000000000000000', 'x'].map((each) => JSON.stringify(each));
  const representation = [
    ...id.map((each) => `{ __typename: "Segment", id: ${each} }`),
    '{ __typename: "Other" }',
  ];
  return randomQuery({
    schema,
    roots: {
      segment: { id },
      node: { id },
      nodes: { ids: ['[]', `[${id}]`, `[${id[0]}, ${id[0]}]`] },
      segments: {
        first: ['', '1', '2', '0'],
        orderBy: ['', '{ field: NAME, direction: ASC }'],
        filter: ['', '{ name: { eq: "b" } }', '{}'],
      },
      _entities: { representations: [`[${representation}]`, `[${representation[0]}]`] },
    },
  });
}

describe('a compiled query', () => {
  it('is answered as graphql-js answers it, whatever it asks for', async () => {
    let failed = 0;
    await fc.assert(
      fc.asyncProperty(queries(), async (text) => {
        const document = parse(text);
        expect(validate(schema, document)).toEqual([]);
        const compiled = compileQuery(schema, document);
        if (!isCompiledQuery(compiled)) throw new TypeError(`It can't be compiled: ${text}`);
        const contextValue = { ...gateway.context(), report: () => {} };
        const [one, other] = await Promise.all([
          execute({ schema, document, contextValue }),
          compiled.query(null, contextValue, {}),
        ]);
        // As values: a field that comes twice and is skipped the first time stands in another place.
        expect(plain(other.data)).toEqual(plain(one.data));
        // Once a refusal has emptied the answer, what else went wrong may be told or not (GraphQL, 6.4.4).
        if (one.data === null) expect(errorsOf(other)).not.toEqual([]);
        else expect(errorsOf(other)).toEqual(errorsOf(one));
        if (one.errors) failed += 1;
      }),
      { numRuns: 300 },
    );
    expect(failed).toBeGreaterThan(20);
  });

  it('is one that came before, by whichever way', async () => {
    const query = 'query Q($id: ID!) { segment(id: $id) { name } }';
    for (const [id, name] of [...ids, ...ids].map((id, i) => [id, ['a', 'b', 'c'][i % 3]])) {
      expect((await graphql(gateway, query, { id })).body).toEqual({ data: { segment: { name } } });
    }
  });

  it('is kept, however many come once', async () => {
    const operations = compiledOperations(schema);
    const yoga = createYoga<object, Context>({ schema, logging: false, plugins: [operations.plugin] });
    const request = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });
    const ask = (query: string) => yoga.getResultForParams({ params: { query }, request }, gateway.context());
    for (let i = 0; i < 2; i++) await ask('{ __typename }');
    for (let i = 0; i < 1_000; i++) await ask(`{ a${i}: __typename }`);
    expect(operations.find({ query: '{ __typename }' })).toBeTypeOf('function');
    expect(operations.find({ query: '{ a999: __typename }' })).toBeUndefined();
  });

  it('takes variables as graphql-js takes them', async () => {
    const query = 'query ($first: Int!) { segments(first: $first) { nodes { name } } }';
    for (const first of [1, 1, 1, 'x', null, 1.5]) {
      const { status, body } = await graphql(gateway, query, { first });
      expect(status).toBe(first === 1 ? 200 : 400);
      if (first === 1) expect(body.data.segments.nodes).toHaveLength(1);
      else expect(body).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
    }
  });
});

const plain = (data: unknown) => JSON.parse(JSON.stringify(data));

/** What a caller sees of errors, in one order: a compiled query may find them in another. */
const errorsOf = ({ errors = [] }: { errors?: readonly { message: string; path?: unknown }[] }) =>
  errors.map(({ message, path }) => JSON.stringify([path, message])).toSorted();
