import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { buildSchema, execute, getIntrospectionQuery, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { plannedOperation } from '../../src/graphql/planner/planned-operation.ts';
import { MAX_COERCION_ERRORS } from '../../src/graphql/planner/variable-values.ts';
import { LIMIT_MS } from '../limits.ts';
import { loopTurns } from '../loop-turns.ts';
import { randomRequest } from './random-document.ts';
import { ignoringRejections, unrulySchema } from './random-schema.ts';

const DOCUMENTS = Number(process.env.DOCUMENTS ?? 2_000);
const seed = process.env.DOCUMENTS ? undefined : 20261125;

const schema = unrulySchema();
const requests = randomRequest({
  schema,
  pools: { ID: ['x', 'y', 1], Int: [1, 2], String: ['a', ''], Odd: [1, 3, 5, 2] },
});

describe('a planned operation', () => {
  it('returns what graphql-js returns, whatever its resolvers do', {
    timeout: LIMIT_MS.test + DOCUMENTS * 60,
  }, async () => {
    const seen = { planned: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(requests, async ({ query, operationName, variables }) => {
        const document = parse(query);
        fc.pre(validate(schema, document).length === 0);
        const run = plannedOperation(schema, document, operationName);
        if (!run) return;
        const expected = await ignoringRejections(() =>
          execute({
            schema,
            document,
            operationName,
            variableValues: variables,
            options: { maxCoercionErrors: MAX_COERCION_ERRORS },
          }),
        );
        for (let i = 0; i < 2; i++) {
          const { size: _, ...given } = await ignoringRejections(() => run(variables, undefined));
          expect(JSON.stringify(given)).toBe(JSON.stringify(expected));
        }
        seen.planned += 1;
        seen.failed += expected.errors ? 1 : 0;
      }),
      { numRuns: DOCUMENTS, ...(seed !== undefined && { seed }), endOnFailure: true },
    );
    expect(seen.planned).toBeGreaterThan(DOCUMENTS * 0.8);
  });

  it('reads few values of a variable in which all are wrong, and returns as many errors as graphql-js', async () => {
    let reads = 0;
    const parseValue = () => {
      reads += 1;
      throw new TypeError('Nothing is odd.');
    };
    const counted = buildSchema('scalar Odd type Query { odds(all: [Odd!]): Int }');
    Object.assign(counted.getType('Odd') ?? {}, { parseValue });
    const run = plannedOperation(counted, parse('query ($all: [Odd!]) { odds(all: $all) }'), undefined);
    const result = await run?.({ all: Array.from({ length: 10_000 }, () => 1) }, undefined);
    expect(result?.errors).toHaveLength(MAX_COERCION_ERRORS + 1); // the last one says that there are more
    expect(reads).toBeLessThan(10);
  });

  it('coerces the arguments of a scalar field without a resolver', async () => {
    const bare = buildSchema('type Query { name(upper: Boolean! = true): String }');
    const run = plannedOperation(bare, parse('query ($u: Boolean = true) { name(upper: $u) }'), undefined);
    expect((await run?.({ u: null }, undefined))?.errors?.[0]?.message).toMatch(/must not be null/);
  });

  it('returns what graphql-js returns if a condition is null, at the root and below', async () => {
    const nested = buildSchema('type Query { a: A, b: Int } type A { c: Int! }');
    for (const query of [
      'query ($x: Boolean = true) { b @skip(if: $x) a { c } }',
      'query ($x: Boolean = true) { a { c @include(if: $x) } b }',
    ]) {
      const document = parse(query);
      const variableValues = { x: null };
      const expected = await execute({ schema: nested, document, variableValues });
      const run = plannedOperation(nested, document, undefined);
      for (let i = 0; i < 2; i++) {
        const { size: _, ...given } = (await run?.(variableValues, undefined)) ?? {};
        expect(JSON.stringify(given)).toBe(JSON.stringify(expected));
      }
    }
  });

  it.each([
    getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true }),
    '{ __type(name: "Pet") { name possibleTypes { name } } no: __type(name: "X") { name } __typename }',
    '{ __schema { types { fields(includeDeprecated: true) { args { defaultValue } } } } }',
  ])('returns what graphql-js returns for introspection (%#)', async (query) => {
    const document = parse(query);
    const { size: _, ...given } =
      (await plannedOperation(schema, document, undefined)?.({}, undefined)) ?? {};
    expect(JSON.stringify(given)).toBe(JSON.stringify(await execute({ schema, document })));
  });

  describe('with a long answer', () => {
    const long = buildSchema('type Query { items: [Item] } type Item { a: String b: String other: [Item] }');
    const fields = long.getQueryType()?.getFields().items ?? {};
    const answerOf = async (items: object[], maxSize?: number) => {
      Object.assign(fields, { resolve: async () => items });
      const names = Array.from({ length: 50 }, (_, i) => `a${i}: a`).join(' ');
      return plannedOperation(long, parse(`{ items { ${names} b } }`), undefined, maxSize)?.({}, undefined);
    };

    it('yields to other work', async () => {
      const turns = loopTurns();
      const result = await answerOf(Array.from({ length: 2_000 }, () => ({ a: 'a', b: 'b' })));
      turns.stop();
      expect(result?.data?.items).toHaveLength(2_000);
      expect(turns.count()).toBeGreaterThanOrEqual(10); // 102,000 fields
    });

    it('returns items and errors in order', async () => {
      const items = Array.from({ length: 1_000 }, (_, i) =>
        i % 100 ? { a: `${i}`, b: async () => `${i}` } : new Error(`${i}`),
      );
      const result = await answerOf(items);
      expect(result?.data?.items).toMatchObject(
        items.map((item, i) => (item instanceof Error ? null : { a49: `${i}`, b: `${i}` })),
      );
      expect(result?.errors?.map(({ message, path }) => [message, path])).toEqual(
        Array.from({ length: 10 }, (_, i) => [`${i * 100}`, ['items', i * 100]]),
      );
    });

    it('fails as a whole if the answer grows too large, even in a nullable list', async () => {
      let reads = 0;
      const item = {
        get b() {
          reads += 1;
          return 'b';
        },
        a: 'a'.repeat(100),
      };
      const many = Array.from({ length: 10_000 }, () => item);
      await expect(answerOf(many, 100_000)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
      expect(reads).toBeLessThan(100);
    });

    it('counts at most as many characters as the answer has bytes, and at least a quarter', async () => {
      const items = [{ a: 'é\u0001"', b: async () => '' }, { a: null, b: 'b' }, null];
      const { size = 0, ...answer } = (await answerOf(items as object[])) ?? {};
      const bytes = Buffer.byteLength(JSON.stringify(answer));
      expect(size).toBeGreaterThan(bytes / 4);
      expect(size).toBeLessThanOrEqual(bytes);
    });

    it('returns a thousand errors, and fails as a whole with three thousand', async () => {
      const errors = (length: number) => Array.from({ length }, () => new Error('no'));
      expect((await answerOf(errors(1_000), 8 * 1024 * 1024))?.errors).toHaveLength(1_000);
      await expect(answerOf(errors(3_000), 8 * 1024 * 1024)).rejects.toMatchObject({
        code: 'RESPONSE_TOO_LARGE',
      });
    });
  });

  it('leaves no rejection unhandled if a list fails before its items have settled', async () => {
    const list = buildSchema('type Query { items: [Item!] } type Item { late: Int! now: Int! }');
    const document = parse('{ items { late now } }');
    const run = plannedOperation(list, document, undefined);
    let rejected = false;
    const late = async () => {
      await nextTurn();
      rejected = true;
      throw new Error('It failed late.');
    };
    Object.assign(list.getQueryType()?.getFields().items ?? {}, {
      resolve: () => [
        { late, now: 1 },
        { late: 1, now: null },
      ],
    });
    const result = await run?.({}, undefined);
    expect(result?.data).toEqual({ items: null });
    await expect.poll(() => rejected).toBe(true);
    await nextTurn(); // vitest fails the run on an unhandled rejection
  });

  it('leaves no rejection unhandled if a list of several turns fails before its items have settled', async () => {
    const list = buildSchema('type Query { items: [Item!] } type Item { a: Int! late: Int! }');
    const run = plannedOperation(list, parse('{ items { a late } }'), undefined);
    const { promise, reject } = Promise.withResolvers<number>();
    const items = Array.from({ length: 10_000 }, () => ({ a: 1, late: 1 }) as object);
    items.splice(-2, 2, { a: 1, late: () => promise }, { a: null, late: 1 });
    Object.assign(list.getQueryType()?.getFields().items ?? {}, { resolve: () => items });
    expect((await run?.({}, undefined))?.data).toEqual({ items: null });
    reject(new Error('It failed late.'));
    await nextTurn(); // vitest fails the run on an unhandled rejection
  });
});
