import fc from 'fast-check';
import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';

/** Makes random choices from what a property test generates. */
export interface Draw {
  one<Value>(values: readonly Value[]): Value;
  /** Returns true with this probability, in percent. */
  chance(percent: number): boolean;
}

/** Without bias. Otherwise fast-check prefers the ends of a range, and a chance of 4% would come true every third time. */
const upTo = (max: number) => fc.noBias(fc.nat({ max }));

export const drawing = (draw: fc.GeneratorValue): Draw => ({
  one: (values) => values[draw(upTo, values.length - 1)] as (typeof values)[number], // no list is empty
  chance: (percent) => draw(upTo, 99) < percent,
});

/** JSON values for a scalar, by its name or by the coordinate of an argument or input field. */
export type Pools = Readonly<Record<string, readonly unknown[]>>;

interface Variable {
  name: string;
  /** Its definition: `$v0: Int = 3`. */
  definition: string;
  type: GraphQLInputType;
  where: string;
}

/** Values of the wrong type. */
const MISFITS = [null, 'x', '', 1.5, -1, 2 ** 31, true, [], ['x'], {}, { __proto__: null, id: {} }];
const NAMES = ['a', 'b', 'c', 'd', '__proto__', 'constructor', 'then'];

/** Random literals for the arguments of a document, with variables in every position, and values for those variables. */
export function randomInputs(draw: Draw, pools: Pools) {
  const variables: Variable[] = [];

  /** A literal of a type. It has no variables if it must be constant, as in a default. */
  const literal = (type: GraphQLInputType, where: string, isConstant = false): string => {
    if (!isConstant && draw.chance(30)) return variable(type, where);
    if (isNonNullType(type)) return notNull(type.ofType, where, isConstant);
    return draw.chance(8) ? 'null' : notNull(type, where, isConstant);
  };

  const notNull = (type: GraphQLInputType, where: string, isConstant: boolean): string => {
    if (isNonNullType(type)) return notNull(type.ofType, where, isConstant);
    if (isListType(type)) {
      const item = () => literal(type.ofType, where, isConstant);
      return draw.one([item, () => `[${[item(), item()].join(', ')}]`, () => `[${item()}]`, () => '[]'])();
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || draw.chance(45),
      );
      const given = fields.map((field) => {
        const place = `${type.name}.${field.name}`;
        return `${field.name}: ${literal(field.type, place, isConstant)}`;
      });
      return `{ ${given.join(', ')} }`;
    }
    if (isEnumType(type)) return draw.one(type.getValues()).name;
    return printed(fromPool(type.toString(), where), isConstant);
  };

  const fromPool = (type: string, where: string): unknown =>
    draw.one(pools[where] ?? pools[type] ?? (type === 'Boolean' ? [true, false] : ['x']));

  /** A JSON value as a GraphQL literal. An object of a custom scalar may contain variables. */
  const printed = (value: unknown, isConstant: boolean): string => {
    if (Array.isArray(value)) return `[${value.map((each) => printed(each, isConstant)).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const fields = Object.entries(value).map(([name, each]) => {
      const inside = !isConstant && draw.chance(20) ? anyVariable() : printed(each, isConstant);
      return `${name}: ${inside}`;
    });
    return `{ ${fields.join(', ')} }`;
  };
  const anyVariable = () => (variables.length > 0 ? `$${draw.one(variables).name}` : '"x"');

  const variable = (type: GraphQLInputType, where: string): string => {
    const known = variables.filter((each) => String(each.type) === String(type));
    if (known.length > 0 && draw.chance(40)) return `$${draw.one(known).name}`;
    const name = draw.one([
      `v${variables.length}`,
      ...NAMES.filter((each) => !variables.some((v) => v.name === each)),
    ]);
    const isRequired = isNonNullType(type);
    const bare = isRequired ? type.ofType : type;
    const withDefault = () => `${bare} = ${notNull(bare, where, true)}`;
    const declared = draw.one([() => String(type), () => `${bare}!`, withDefault])();
    variables.push({ name, definition: `$${name}: ${declared}`, type, where });
    return `$${name}`;
  };

  const json = (type: GraphQLInputType, where: string): unknown => {
    if (isNonNullType(type)) return json(type.ofType, where);
    if (draw.chance(3)) return draw.one(MISFITS);
    if (isListType(type))
      return draw.one([() => json(type.ofType, where), () => [json(type.ofType, where)], () => []])();
    if (isEnumType(type)) return draw.one(type.getValues()).name;
    if (!isInputObjectType(type)) return fromPool(type.toString(), where);
    const fields = Object.values(type.getFields()).filter((f) => isRequiredInputField(f) || draw.chance(45));
    return Object.fromEntries(fields.map((f) => [f.name, json(f.type, `${type.name}.${f.name}`)]));
  };

  return {
    literal,
    /** The definitions of the variables that a text uses. */
    definitionsFor: (used: ReadonlySet<string>) =>
      variables.filter(({ name }) => used.has(name)).map(({ definition }) => definition),
    /** Values for the variables that a text uses. Most are valid; some are missing, null, or of the wrong type. */
    valuesFor(used: ReadonlySet<string>): Record<string, unknown> {
      const given: Record<string, unknown> = Object.create(null);
      for (const { name, type, where } of variables) {
        if (!used.has(name) || draw.chance(12)) continue;
        given[name] = draw.chance(8) ? null : json(type, where);
      }
      return JSON.parse(JSON.stringify(given)); // as received over the wire: `__proto__` is an own property
    },
  };
}
