import { type GraphQLResolveInfo, type GraphQLSchema, isUnionType } from 'graphql';
import type { Context } from '../../context.ts';
import { InvalidInput } from '../../errors/invalid-input.ts';
import { quoted } from '../../errors/quoted.ts';

/** A type whose objects a router can request by id. */
export interface Entity {
  /** Its name in the schema. */
  type: string;
  /** Whether an object that `find` returned is of this type. */
  owns(value: object): boolean;
  /** Finds objects by their ids, each in the place of its id; null if the caller's account has none of that id. */
  find(ids: string[], info: GraphQLResolveInfo, context: Context): Promise<readonly (object | null)[]>;
}

/** What a router knows of an entity: its type and its key, and whatever else it has at hand. */
type Representation = Readonly<Record<string, unknown>>;

/**
 * Resolves `_entities` as a whole, however many representations a router sends: one statement for each type, and one
 * promise. `@apollo/subgraph`, which has a promise and a type check for each and fails all for one of an unknown type, took
 * three times as long for a hundred.
 */
export function resolveEntitiesTogether(schema: GraphQLSchema, entities: readonly Entity[]): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()._entities;
  const type = schema.getType('_Entity');
  if (!field || !isUnionType(type)) throw new TypeError('The schema has no entities.');
  field.resolve = (_, { representations }, context, info) =>
    entitiesOf(representations, entities, info, context);
  type.resolveType = (value) => entities.find(({ owns }) => owns(value))?.type;
  return schema;
}

/** Representations of one request. */
const MAX_REPRESENTATIONS = 1_000;
/** Representations that fail each at its own place. A router that sends more wrong ones than this is wrong itself. */
const MAX_WRONG = 10;

const tooMany = (count: number) =>
  new InvalidInput([
    {
      param: 'representations',
      message: `must have at most ${MAX_REPRESENTATIONS.toLocaleString('en')} elements, not ${count.toLocaleString('en')}`,
    },
  ]);

/** An entity that a representation stands for. */
interface Key {
  entity: Entity;
  id: string;
}

/**
 * Each entity in the place of its representation: null where there is none, an error where there cannot be one. Throws
 * INVALID_INPUT for too many of them, or too many wrong ones.
 */
async function entitiesOf(
  representations: readonly Representation[],
  entities: readonly Entity[],
  info: GraphQLResolveInfo,
  context: Context,
): Promise<(object | null)[]> {
  if (representations.length > MAX_REPRESENTATIONS) throw tooMany(representations.length);
  const keys = representations.map((representation, i) =>
    keyOf(representation, entities, `representations.${i}`),
  );
  const wrong = keys.filter((key) => key instanceof InvalidInput);
  if (wrong.length > MAX_WRONG) throw new InvalidInput(wrong.flatMap(({ issues }) => issues));
  const found = await Promise.all(
    entities.map(async (entity) => {
      const ids = keys.flatMap((key) => ('id' in key && key.entity === entity ? [key.id] : []));
      const objects = ids.length > 0 ? await entity.find(ids, info, context) : [];
      return [entity, objects.values()] as const;
    }),
  );
  const nextOf = new Map(found);
  return keys.map((key) => ('id' in key ? (nextOf.get(key.entity)?.next().value ?? null) : key));
}

/** The key of a representation; what is wrong with it where it has none. */
function keyOf(
  representation: Representation,
  entities: readonly Entity[],
  param: string,
): Key | InvalidInput {
  const { __typename: typename, id } = Object(representation);
  const entity = entities.find(({ type }) => type === typename);
  if (!entity) {
    const types = entities.map(({ type }) => `"${type}"`).join(' or ');
    return new InvalidInput([
      { param: `${param}.__typename`, message: `must be ${types}, not ${quoted(typename)}` },
    ]);
  }
  if (typeof id === 'string') return { entity, id };
  return new InvalidInput([{ param: `${param}.id`, message: `must be a string, not ${quoted(id)}` }]);
}
