import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  buildSchema,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';

const SDL = `
  scalar Odd
  enum Color { RED GREEN }
  input Wish { color: Color = RED, odd: Odd = 3, odds: [Odd!] = [5], count: Int!, next: Wish }
  interface Animal { name: String! friend(wish: Wish): Animal friends(odd: Odd = 7): [Animal!] odd: Odd }
  type Cat implements Animal {
    name: String! friend(wish: Wish): Animal friends(odd: Odd = 7): [Animal!] odd: Odd lives: Int!
  }
  type Dog implements Animal {
    name: String! friend(wish: Wish): Animal friends(odd: Odd = 7): [Animal!] odd: Odd color: Color owner: Owner!
  }
  type Owner { id: ID! pets(first: Int = 2, wishes: [Wish!]): [[Pet]!] favourite: Pet! note: String }
  union Pet = Cat | Dog
  type Query { owner(id: ID, odd: Odd!): Owner animal(wish: Wish = { count: 1 }): Animal! pets(ids: [ID!]): [Pet!]! }
  type Mutation { adopt(wish: Wish!): Owner release(id: ID! = "x"): Animal! }
`;

interface Thing {
  seed: string;
  [property: string]: unknown;
}

/**
 * A schema whose resolvers do everything that resolvers can do. They return values, promises that settle soon or late, nulls
 * and values of the wrong type, and they throw, reject with or return errors. What a field does depends only on its place,
 * so that two executions of an operation see the same.
 */
export function unrulySchema(): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name === 'Odd' && isScalarType(type)) {
      const checked = (value: unknown) => {
        if (typeof value === 'number' && value % 2 !== 0) return value;
        throw new TypeError(`${JSON.stringify(value)} is not odd.`);
      };
      Object.assign(type, { serialize: checked, parseValue: checked });
    }
    if (isAbstractType(type)) {
      type.resolveType = ({ seed }: Thing) => {
        const name = pick(`${seed} type`, ['Cat', 'Dog']);
        return pick(`${seed} when`, [name, name, Promise.resolve(name)]);
      };
    }
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      // Most leaves are plain properties of their objects; some are functions.
      if (!isLeafType(getNamedType(field.type))) field.resolve = resolver;
    }
  }
  return schema;
}

const resolver: GraphQLFieldResolver<Thing | undefined, unknown> = (source, args, _, info) => {
  const place = `${source?.seed} ${info.fieldName} ${JSON.stringify(args)}`;
  return unruly(info.returnType, place);
};

/** A value of a type, or what a resolver does instead. Its rejections are handled even if nothing waits for them. */
function unruly(type: GraphQLOutputType, place: string): unknown {
  const done = act(type, place);
  if (done instanceof Promise) done.catch(() => {});
  return done;
}

function act(type: GraphQLOutputType, place: string): unknown {
  const fail = () => {
    throw new Error(`It failed at ${place}.`);
  };
  const value = () => valueOfType(type, place);
  return pick(`${place} does`, [
    ...Array.from({ length: 12 }, () => value),
    async () => value(),
    async () => value(),
    async () => {
      await nextTurn();
      return value();
    },
    async () => {
      await nextTurn();
      await nextTurn();
      return value();
    },
    () => null,
    () => undefined,
    fail,
    async () => fail(),
    async () => {
      await nextTurn();
      return fail();
    },
    () => new Error(`An error was returned at ${place}.`),
    () => 'something else',
  ])();
}

function valueOfType(type: GraphQLOutputType, place: string): unknown {
  if (isNonNullType(type)) return valueOfType(type.ofType, place);
  if (isListType(type)) {
    return Array.from({ length: pick(place, [0, 1, 2, 3]) }, (_, i) => unruly(type.ofType, `${place} ${i}`));
  }
  return thing(place);
}

/** An object with a property for each leaf of the schema. */
function thing(seed: string): Thing {
  const leaf = (name: string, values: unknown[]) => {
    const value = pick(`${seed} ${name}`, [...values, ...values, ...values, null, new Error(`No ${name}.`)]);
    return pick(`${seed} ${name} is`, [value, value, value, () => value, Promise.resolve(value)]);
  };
  return {
    seed,
    name: leaf('name', ['Tom', 'Tim', 1, {}]),
    odd: leaf('odd', [1, 3, 5, 4]),
    lives: leaf('lives', [9, 7, 'x']),
    color: leaf('color', ['RED', 'GREEN', 'BLUE']),
    id: leaf('id', ['x', 'y', 7]),
    note: leaf('note', ['', 'n', true]),
  };
}

function pick<Value>(seed: string, values: readonly Value[]): Value {
  const number = hash('sha1', seed, 'buffer').readUInt32BE();
  return values[number % values.length] as Value; // no list here is empty
}

/** Max turns of the event loop that a random request takes: two for each level. */
const MAX_TURNS = 16;

/**
 * Ignores unhandled rejections. graphql-js 16.15.0 leaves some if a list fails before its items have settled. So does a
 * planned operation, which hands it the requests in which a condition is null.
 */
export async function ignoringRejections<Result>(run: () => Result): Promise<Awaited<Result>> {
  const listeners = process.listeners('unhandledRejection');
  const ignore = () => {};
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', ignore);
  const result = await run();
  for (let i = 0; i < MAX_TURNS; i++) await nextTurn();
  process.off('unhandledRejection', ignore);
  for (const listener of listeners) process.on('unhandledRejection', listener);
  return result;
}
