import { type GraphQLSchema, isUnionType } from 'graphql';
import type { Context } from '../context.ts';
import { quoted } from '../errors/quoted.ts';
import { InvalidInput } from '../errors.ts';
import { getSegments } from '../segments/resolvers.ts';
import { MOST_IDS, type Segment, type Texts } from '../segments/segment.ts';
import { selectedTexts } from './segment.ts';

/** What a router knows of an entity: its type and its key, and whatever else it has at hand. */
type Representation = Readonly<Record<string, unknown>>;

/**
 * Resolves `_entities` as a whole, however many representations a router sends: one statement, and one promise.
 * `@apollo/subgraph`, which has a promise and a type check for each and fails all for one of an unknown type, took
 * three times as long for a hundred.
 */
export function resolveEntitiesTogether(schema: GraphQLSchema): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()._entities;
  const type = schema.getType('_Entity');
  if (!field || !isUnionType(type)) throw new TypeError('The schema has no entities.');
  field.resolve = (_, { representations }, context, info) =>
    entitiesOf(representations, selectedTexts(info), context);
  type.resolveType = () => 'Segment'; // the only entity there is
  return schema;
}

/** Representations that fail each at its own place. A router that sends more wrong ones than this is wrong itself. */
const MAX_WRONG = 10;

const tooMany = (count: number) =>
  new InvalidInput([
    {
      param: 'representations',
      message: `must have at most ${MOST_IDS.toLocaleString('en')} elements, not ${count.toLocaleString('en')}`,
    },
  ]);

/** Each entity in the place of its representation: null where there is none, an error where it can't be one. Throws INVALID_INPUT for too many of them, or too many wrong ones. */
async function entitiesOf(
  representations: readonly Representation[],
  texts: Texts,
  context: Context,
): Promise<(Segment | InvalidInput | null)[]> {
  if (representations.length > MOST_IDS) throw tooMany(representations.length);
  const keys = representations.map(keyOf);
  const wrong = keys.filter((key) => typeof key !== 'string');
  if (wrong.length > MAX_WRONG) throw new InvalidInput(wrong.flatMap(({ issues }) => issues));
  const ids = keys.filter((key) => typeof key === 'string');
  const segments = (await getSegments({ ids, texts }, context)).values();
  return keys.map((key) => (typeof key === 'string' ? (segments.next().value ?? null) : key));
}

/** The key of a representation; what is wrong with it where it has none. */
function keyOf(representation: Representation, i: number): string | InvalidInput {
  const { __typename: typename, id } = Object(representation);
  const param = `representations.${i}`;
  if (typename !== 'Segment') {
    const message = `must be "Segment", the only entity here, not ${quoted(typename)}`;
    return new InvalidInput([{ param: `${param}.__typename`, message }]);
  }
  if (typeof id === 'string') return id;
  return new InvalidInput([{ param: `${param}.id`, message: `must be a string, not ${quoted(id)}` }]);
}
