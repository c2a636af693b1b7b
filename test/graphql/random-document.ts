import fc from 'fast-check';
import {
  doTypesOverlap,
  GraphQLBoolean,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import { type Draw, drawing, type Pools, randomInputs } from './random-input.ts';

/** A document, the name of the operation to run, and its variables. */
export interface RandomRequest {
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown>;
}

interface Options {
  schema: GraphQLSchema;
  pools: Pools;
  /** Fields that are never selected, by their coordinates. */
  without?: ReadonlySet<string>;
}

const DEPTH = 4;
const MAX_FRAGMENTS = 4;
const ALIASES = ['a', 'b', 'c', 'id', 'name', 'then', '__proto__', 'constructor', 'toString'];

/**
 * A random request, with several operations, named and inline fragments, merged fields, aliases, conditions, and
 * variables in every position. Most requests are valid; `validate` tells which.
 */
export const randomRequest = (options: Options): fc.Arbitrary<RandomRequest> =>
  fc.gen().map((generated) => requestOf(options, drawing(generated)));

function requestOf({ schema, pools, without = new Set() }: Options, draw: Draw): RandomRequest {
  const inputs = randomInputs(draw, pools);
  const composites = Object.values(schema.getTypeMap()).filter(
    (type) => isCompositeType(type) && !type.name.startsWith('__'),
  ) as GraphQLCompositeType[];
  const fragments: { name: string; type: GraphQLCompositeType; text: string }[] = [];
  const bound = new Map<string, string>();
  const known = new Map<string, string[]>();

  const condition = (name: string): string => {
    if (!draw.chance(11)) return '';
    return ` @${name}(if: ${inputs.literal(new GraphQLNonNull(GraphQLBoolean), 'if')})`;
  };
  const conditions = () => condition('skip') + condition('include');

  /** The arguments of a field. They are often the same as elsewhere, so that both fields can be merged. */
  const argumentsOf = ({ name, args }: GraphQLField<unknown, unknown>): string => {
    const signature = [name, ...args.map((arg) => arg.name)].join();
    const before = known.get(signature) ?? [];
    known.set(signature, before);
    if (before.length > 0 && draw.chance(before.length > 1 ? 100 : 60)) return draw.one(before);
    const given = args.filter((arg) => String(arg.type).endsWith('!') || draw.chance(50));
    const parts = given.map((arg) => `${arg.name}: ${inputs.literal(arg.type, `${name}.${arg.name}`)}`);
    const text = parts.length > 0 ? `(${parts.join(', ')})` : '';
    before.push(text);
    return text;
  };

  /** A response name that always stands for the same field and arguments, so that fields can be merged. */
  const named = (field: string, given: string): string => {
    const key = field + given;
    const wanted = [field, field, draw.one(ALIASES), draw.one(ALIASES)];
    const alias = wanted.find((each) => (bound.get(each) ?? key) === key) ?? `k${bound.size}`;
    bound.set(alias, key);
    return alias === field ? field : `${alias}: ${field}`;
  };

  const fieldOf = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    const given = argumentsOf(field);
    const type = getNamedType(field.type);
    const within = isCompositeType(type) ? ` ${selectionOf(type, depth - 1)}` : '';
    return `${named(field.name, given)}${given}${conditions()}${within}`;
  };

  const spreadIn = (parent: GraphQLCompositeType, depth: number): string => {
    const fitting = (type: GraphQLCompositeType) => doTypesOverlap(schema, parent, type);
    const usable = fragments.filter(({ type }) => fitting(type));
    if (usable.length > 0 && draw.chance(50)) return `...${draw.one(usable).name}${conditions()}`;
    const type = draw.one(composites.filter(fitting));
    if (fragments.length === MAX_FRAGMENTS || draw.chance(50)) {
      const on = type === parent && draw.chance(50) ? '' : ` on ${type.name}`;
      return `...${on}${conditions()} ${selectionOf(type, depth - 1)}`;
    }
    const text = selectionOf(type, depth - 1);
    const name = `F${fragments.length}`;
    fragments.push({ name, type, text: `fragment ${name} on ${type.name} ${text}` });
    return `...${name}${conditions()}`;
  };

  const selectionOf = (type: GraphQLCompositeType, depth: number): string => {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const open = fields.filter(
      (field) =>
        !without.has(`${type.name}.${field.name}`) &&
        (depth > 0 || !isCompositeType(getNamedType(field.type))),
    );
    const part = () => {
      if (depth > 0 && draw.chance(25)) return spreadIn(type, depth);
      if (open.length === 0 || draw.chance(8)) return named('__typename', '') + conditions();
      return fieldOf(draw.one(open), depth);
    };
    const count = draw.one([1, 2, 2, 3, 3, 4]);
    return `{ ${Array.from({ length: count }, part).join(' ')} }`;
  };

  const roots = [schema.getQueryType(), schema.getMutationType()].filter(isObjectType);
  const count = draw.one([1, 1, 1, 1, 2, 3]);
  const operations = Array.from({ length: count }, (_, i) => {
    const root = draw.one([roots[0], roots[0], roots[0], ...roots]) ?? roots[0];
    if (!root) throw new TypeError('The schema has no Query.');
    const kind = root === schema.getMutationType() ? OperationTypeNode.MUTATION : OperationTypeNode.QUERY;
    return { name: count > 1 || draw.chance(50) ? `Q${i}` : '', kind, selection: selectionOf(root, DEPTH) };
  });

  const texts = new Map(fragments.map(({ name, text }) => [name, text]));
  const reached = (text: string, seen = new Set<string>()): Set<string> => {
    for (const [, name = ''] of text.matchAll(/\.\.\.(F\d+)/g)) {
      if (!seen.has(name)) reached(texts.get(name) ?? '', seen.add(name));
    }
    return seen;
  };
  const usedIn = (selection: string): Set<string> => {
    const all = [selection, ...[...reached(selection)].map((name) => texts.get(name))].join(' ');
    return new Set([...all.matchAll(/\$(\w+)/g)].map(([, name = '']) => name));
  };
  const written = operations.map(({ name, kind, selection }) => {
    const definitions = inputs.definitionsFor(usedIn(selection));
    const head = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
    return `${kind} ${name}${head} ${selection}`;
  });
  const spread = new Set(operations.flatMap(({ selection }) => [...reached(selection)]));
  const chosen = draw.one(operations);
  return {
    query: [...written, ...[...spread].map((name) => texts.get(name))].join('\n'),
    operationName: draw.chance(3) ? draw.one(['', 'Nope']) : chosen.name || undefined,
    variables: inputs.valuesFor(usedIn(chosen.selection)),
  };
}
