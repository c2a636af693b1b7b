import fc from 'fast-check';
import {
  buildSchema,
  type ExecutionResult,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  Kind,
  OperationTypeNode,
  parse,
  print,
  subscribe,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/accounts/viewer.ts';
import { sharedResults } from '../../src/graphql/engine/shared-results.ts';
import { sharedSubscribe } from '../../src/graphql/engine/shared-subscription.ts';
import { CHOOSES_EVENTS } from '../../src/graphql/planner/result-variables.ts';
import { MAX_COERCION_ERRORS } from '../../src/graphql/planner/variable-values.ts';
import { randomRequest } from './random-document.ts';
import { ignoringRejections, unrulySchema } from './random-schema.ts';

const viewerOf = (accountId: string, ...scopes: string[]): Viewer => ({
  ...{ accountId, callerId: 'x', scopes: new Set(scopes) },
  actor: { kind: 'TOKEN', id: null, name: null },
});
const VIEWERS = [
  viewerOf('ada', 'r'),
  viewerOf('ada', 'w', 'r'),
  viewerOf('ada', 'r', 'w'),
  viewerOf('bob', 'r'),
];

const seen = ({ viewer }: { viewer: Viewer }) => `${viewer.accountId} ${[...viewer.scopes].sort()}`;

/** Collects the results of a subscription, or its only result. */
async function all(begun: ExecutionResult | AsyncIterable<ExecutionResult>): Promise<string> {
  if (!(Symbol.asyncIterator in begun)) return JSON.stringify(begun);
  const results: ExecutionResult[] = [];
  for await (const result of begun) results.push(result);
  return JSON.stringify(results);
}

describe('subscriptions that share results', () => {
  it('return what graphql-js returns, whatever was sent before, and whoever sent it', async () => {
    const unruly = unrulySchema();
    const events = [{ seed: 'a' }, { seed: 'b' }];
    const Event = new GraphQLObjectType<unknown, { viewer: Viewer }>({
      name: 'Event',
      fields: {
        seen: { type: GraphQLString, resolve: (_, __, context) => seen(context) },
        query: { type: new GraphQLNonNull(unruly.getQueryType() ?? never()), resolve: (event) => event },
      },
    });
    const schema = new GraphQLSchema({
      query: unruly.getQueryType(),
      subscription: new GraphQLObjectType({
        name: 'Subscription',
        fields: {
          event: {
            type: Event,
            extensions: CHOOSES_EVENTS,
            resolve: (event) => event,
            subscribe: async function* () {
              yield* events;
            },
          },
        },
      }),
      types: Object.values(unruly.getTypeMap()),
    });
    const onlyQueries = new GraphQLSchema({ ...unruly.toConfig(), mutation: null });
    const requests = randomRequest({
      schema: onlyQueries,
      pools: { ID: ['x', 'y', 1], Int: [1, 2], String: ['a', ''], Odd: [1, 3, 5, 2] },
    });
    const shared = sharedSubscribe(schema);
    const options = { maxCoercionErrors: MAX_COERCION_ERRORS };
    const count = { compared: 0, failed: 0 };
    const property = fc.asyncProperty(requests, fc.shuffledSubarray(VIEWERS), async (request, viewers) => {
      const { query, operationName, variables } = request;
      const document = parse(asSubscription(query));
      fc.pre(validate(schema, document).length === 0);
      for (const viewer of viewers) {
        const absent = Object.fromEntries(Object.entries(variables).slice(1));
        for (const variableValues of [variables, absent, variables]) {
          const operation = { document, operationName, variableValues, contextValue: { viewer } };
          const expected = await ignoringRejections(async () =>
            all(await subscribe({ schema, ...operation, options })),
          );
          expect(await ignoringRejections(async () => all(await shared(operation, 1_000)))).toBe(expected);
          count.compared += 1;
          count.failed += expected.includes('"errors"') ? 1 : 0;
        }
      }
    });
    await fc.assert(property, { numRuns: 150, seed: 20261128 });
    expect(count.compared).toBeGreaterThan(500);
    expect(count.failed).toBeLessThan(count.compared);
  });

  /** Subscriptions on a schema whose fields count how often they are resolved. */
  function counted(extensions = {}) {
    const schema = buildSchema(
      'type Query { a: Int } type Subscription { event(after: Int): Event } type Event { n(plus: Int = 0): Int, fails: Int, seen: String }',
    );
    const resolved = { n: 0, fails: 0 };
    const events = [{ at: 1 }];
    const of = (type: string, field: string) =>
      (schema.getType(type) as GraphQLObjectType).getFields()[field] ?? never();
    Object.assign(of('Subscription', 'event'), {
      extensions,
      resolve: ({ at }: { at: number }, { after = 0 }) => ({
        at: at + (extensions === CHOOSES_EVENTS ? 0 : after),
      }),
      subscribe: async function* () {
        yield* events;
      },
    });
    Object.assign(of('Event', 'n'), {
      resolve: ({ at }: { at: number }, { plus }: { plus: number }) => {
        resolved.n += 1;
        return at + plus;
      },
    });
    Object.assign(of('Event', 'fails'), {
      resolve: () => {
        resolved.fails += 1;
        throw new Error('no');
      },
    });
    Object.assign(of('Event', 'seen'), {
      resolve: (_: unknown, __: unknown, context: never) => seen(context),
    });
    const shared = sharedSubscribe(schema);
    const documents = new Map<string, ReturnType<typeof parse>>();
    const ask = async (query: string, variableValues = {}, viewer = VIEWERS[0], operationName?: string) => {
      const document = documents.get(query) ?? parse(query);
      documents.set(query, document);
      const contextValue = { viewer: viewer ?? null };
      return JSON.parse(
        await all(await shared({ document, operationName, variableValues, contextValue }, 1_000)),
      );
    };
    return { ask, resolved };
  }
  const FOLLOW = 'subscription ($after: Int, $plus: Int) { event(after: $after) { n(plus: $plus) } }';

  it('execute an event once, also if they began after different events', async () => {
    const { ask, resolved } = counted(CHOOSES_EVENTS);
    for (let after = 0; after < 20; after++) {
      expect(await ask(FOLLOW, { after })).toEqual([{ data: { event: { n: 1 } } }]);
    }
    expect(resolved.n).toBe(1);
  });

  it('execute it again with other variables, without one, for other viewers and in other documents', async () => {
    const { ask, resolved } = counted(CHOOSES_EVENTS);
    const asked: [string, object?, Viewer?, string?][] = [
      [FOLLOW, {}],
      [FOLLOW, { plus: 1 }],
      [FOLLOW, { plus: null }],
      [FOLLOW, {}, VIEWERS[1]],
      [FOLLOW, {}, VIEWERS[3]],
      [FOLLOW.replace('n(', 'm: n('), {}],
      [FOLLOW.replace('}', '@include(if: true) }'), {}],
      ['subscription A { event { n } } subscription B { event { x: n } }', {}, VIEWERS[0], 'A'],
      ['subscription A { event { n } } subscription B { event { x: n } }', {}, VIEWERS[0], 'B'],
    ];
    const answers = [];
    for (const each of asked) answers.push(await ask(...each));
    expect(resolved.n).toBe(asked.length);
    for (const [i, each] of asked.entries()) expect(await ask(...each)).toEqual(answers[i]);
    expect(resolved.n).toBe(asked.length);
    await ask(FOLLOW, {}, VIEWERS[2]); // the same scopes in another order as the second viewer
    expect(resolved.n).toBe(asked.length);
  });

  it('execute it again with other arguments of a field whose result may depend on them', async () => {
    const { ask } = counted();
    expect(await ask(FOLLOW, { after: 1 })).toEqual([{ data: { event: { n: 2 } } }]);
    expect(await ask(FOLLOW, { after: 5 })).toEqual([{ data: { event: { n: 6 } } }]);
  });

  it('execute it again after errors, whose messages can contain the id of a request', async () => {
    const { ask, resolved } = counted(CHOOSES_EVENTS);
    for (let i = 0; i < 3; i++) await ask('subscription { event { fails } }');
    expect(resolved.fails).toBe(3);
  });
});

describe('kept results', () => {
  it('are limited in bytes, and the oldest are displaced first', async () => {
    const share = sharedResults(100_000);
    let executed = 0;
    const resultOf = share({ key: 'k', bytes: 10_000 }, () => {
      executed += 1;
      return { data: {} };
    });
    const events = Array.from({ length: 11 }, () => ({}));
    for (const event of events) await resultOf(event);
    for (const event of events.slice(1)) await resultOf(event);
    expect(executed).toBe(11);
    await resultOf(events[0]);
    expect(executed).toBe(12);
  });

  it('of two callers at the same time are one', async () => {
    const share = sharedResults();
    let executed = 0;
    const resultOf = share({ key: 'k', bytes: 1 }, async () => {
      executed += 1;
      return { data: {} };
    });
    const event = {};
    const [one, other] = await Promise.all([resultOf(event), resultOf(event)]);
    expect(one).toBe(other);
    expect(executed).toBe(1);
  });
});

/** Moves the selection of each query below the field of a subscription. */
function asSubscription(query: string): string {
  const document = parse(query);
  const definitions = document.definitions.map((each) => {
    if (each.kind !== Kind.OPERATION_DEFINITION) return each;
    const { selectionSet } = parse(`{ event { seen query { __typename } } }`).definitions[0] as typeof each;
    const text = print({ ...each, operation: OperationTypeNode.SUBSCRIPTION, selectionSet });
    const [moved] = parse(text.replace('__typename', print(each.selectionSet).slice(1, -1))).definitions;
    return moved ?? never();
  });
  return print({ ...document, definitions });
}

function never(): never {
  throw new TypeError('The schema has no such type or field.');
}
