import fc from 'fast-check';
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isRequiredArgument,
} from 'graphql';

/** Literals for each argument, of which one is drawn. An empty one omits the argument. */
export type Arguments = Readonly<Record<string, readonly string[]>>;

interface Options {
  schema: GraphQLSchema;
  /** The fields of Query that may be selected, and their arguments. */
  roots: Readonly<Record<string, Arguments>>;
  /** Arguments of other fields, by their coordinates, such as `Segment.hasMember`. */
  fields?: Readonly<Record<string, Arguments>>;
  /** Max levels of nested fields. */
  depth?: number;
}

/** An operation may have 50 aliases. Each field with arguments has one. */
const MAX_ALIASES = 40;
/** An operation may have 30 directives. Two are in every query, and a router can write a condition once more. */
const MAX_CONDITIONS = 20;
const CONDITIONS = [
  '',
  '',
  '',
  '@include(if: $yes)',
  '@include(if: $no)',
  '@skip(if: $yes)',
  '@skip(if: $no)',
];

/** A random query, with aliases, repeated fields, fragments on each possible type, `@include` and `@skip`. */
export function randomQuery({
  schema,
  roots,
  fields: given = {},
  depth: max = 5,
}: Options): fc.Arbitrary<string> {
  return fc.gen().map((draw) => {
    const one = <Value>(values: readonly Value[]): Value =>
      values[draw(fc.nat, { max: values.length - 1 })] as Value; // no list here is empty
    const some = <Value>(max: number, make: () => Value): Value[] =>
      Array.from({ length: draw(fc.integer, { min: 1, max }) }, make);

    const argumentsOf = (given: Arguments): string => {
      const chosen = Object.entries(given).map(([name, values]) => [name, one(values)]);
      const parts = chosen.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`);
      return parts.length > 0 ? `(${parts.join(', ')})` : '';
    };

    let conditions = 0;
    const condition = (): string => {
      const drawn = conditions < MAX_CONDITIONS ? one(CONDITIONS) : '';
      if (drawn !== '') conditions += 1;
      return drawn;
    };

    // A response name must always stand for the same field and arguments. Otherwise the query is invalid.
    let aliases = 0;
    const aliasOf = (name: string, hasArguments: boolean): string => {
      const alias = hasArguments
        ? `a${aliases}:`
        : aliases < MAX_ALIASES
          ? one(['', '', `${name}Again:`])
          : '';
      if (alias !== '') aliases += 1;
      return alias;
    };
    const fieldOf = (field: GraphQLField<unknown, unknown>, depth: number, args?: Arguments): string => {
      const type = getNamedType(field.type);
      const alias = aliasOf(field.name, args !== undefined);
      const selection = isCompositeType(type) ? selectionOf(type, depth - 1) : '';
      return `${alias} ${field.name}${argumentsOf(args ?? {})} ${condition()} ${selection}`;
    };

    const selectionOf = (type: GraphQLCompositeType, depth: number): string => {
      const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
      const argumentsFor = ({ name }: GraphQLField<unknown, unknown>) => given[`${type.name}.${name}`];
      const isOpen = (field: GraphQLField<unknown, unknown>): boolean => {
        if (depth === 0 && isCompositeType(getNamedType(field.type))) return false;
        return argumentsFor(field) ? aliases < MAX_ALIASES : !field.args.some(isRequiredArgument);
      };
      const parts = some(4, () => {
        const open = fields.filter(isOpen);
        if (isAbstractType(type) && (open.length === 0 || one([true, false]))) {
          const possible = one(schema.getPossibleTypes(type));
          return `... on ${possible.name} ${condition()} ${selectionOf(possible, depth)}`;
        }
        if (open.length === 0) return '__typename';
        const field = one(open);
        return fieldOf(field, depth, argumentsFor(field));
      });
      return `{ __typename ${parts.join(' ')} }`;
    };

    const fields = schema.getQueryType()?.getFields() ?? {};
    const chosen = some(3, () => {
      const name = one(Object.keys(roots));
      const field = fields[name];
      if (!field) throw new TypeError(`Query has no field ${name}.`);
      return fieldOf(field, max, roots[name]);
    });
    const used = 'yes: __typename @include(if: $yes) no: __typename @include(if: $no)';
    return `query ($yes: Boolean = true, $no: Boolean = false) { ${used} ${chosen.join(' ')} }`;
  });
}
