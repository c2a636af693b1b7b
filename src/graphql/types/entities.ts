import { type GraphQLResolveInfo, type GraphQLSchema, isUnionType } from 'graphql';
import type { Context } from '../../context.ts';
import { InvalidInput } from '../../errors/invalid-input.ts';
import { quoted } from '../../errors/quoted.ts';
import { MAX_IDS } from '../../segments/segment.ts';

/** A type whose objects a router can request by id. */
export interface Entity {
  /** Its name in the schema. */
  type: string;
  /** Whether an object that `find` returned is of this type. */
  owns(value: object): boolean;
  /** Finds objects by their ids, in the order of the ids; null if the caller's account has no object with that id. */
  find(ids: string[], info: GraphQLResolveInfo, context: Context): Promise<readonly (object | null)[]>;
}

/** What a router sends for an entity: its type, its key, and possibly other fields. */
type Representation = Readonly<Record<string, unknown>>;

/**
 * Resolves `_entities` as a whole, with one statement for each type. `@apollo/subgraph` creates a promise and checks the
 * type for each representation, which is slower, and fails all of them if one has an unknown type.
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

/** Max invalid representations that fail individually. If there are more, the whole field fails. */
const MAX_WRONG = 10;

const tooMany = (count: number) =>
  new InvalidInput([
    {
      param: 'representations',
      message: `must have at most ${MAX_IDS.toLocaleString('en')} elements, not ${count.toLocaleString('en')}`,
    },
  ]);

/** The entity that a representation refers to. */
interface Key {
  entity: Entity;
  id: string;
}

/**
 * Returns an entity for each representation, in the same order: null if it does not exist, an error if the representation is
 * invalid. Throws INVALID_INPUT if there are too many representations, or too many invalid ones.
 */
async function entitiesOf(
  representations: readonly Representation[],
  entities: readonly Entity[],
  info: GraphQLResolveInfo,
  context: Context,
): Promise<(object | null)[]> {
  if (representations.length > MAX_IDS) throw tooMany(representations.length);
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

/** Returns the key of a representation, or what is wrong with it. */
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
