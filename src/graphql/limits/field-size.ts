import {
  type GraphQLField,
  GraphQLID,
  GraphQLString,
  getNamedType,
  getNullableType,
  isListType,
  TypeNameMetaFieldDef,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** The assumed length of a list whose length is not known in advance, such as the problems with an input. */
const ASSUMED_ITEMS = 20;
/** Max bytes of a character in JSON, such as `\u0000`. */
const BYTES_PER_CHARACTER = 6;
/** Max bytes of a value whose field has no `maxBytes`. */
const MAX_BYTES = { text: 5_000 * BYTES_PER_CHARACTER, id: 255 * BYTES_PER_CHARACTER, other: 64 };

/** The extension of a field with the max bytes of its value in JSON, as if every character were escaped. */
export const maxCharacters = (characters: number) => ({ maxBytes: characters * BYTES_PER_CHARACTER + 2 });

/** The extension of a field whose list never has more items. */
export const maxItems = (items: number) => ({ maxItems: items });

/** The extension of a field whose objects are read as a whole, up to so many characters, whatever is selected of them. */
export const readsCharacters = (characters: number) => ({ readBytes: characters * BYTES_PER_CHARACTER });

/** What a field has at most on average, in a list of objects. A request of limited size cannot make all of them as large as one. */
export const onAverage = (average: { bytes: number } | { items: number }) => ({ onAverage: average });

/** A field whose lists have at most as many items as a list within an argument. */
export interface SizedByInput {
  argument: string;
  list: string;
  sizedFields: readonly string[];
}

/** The extension of such a field. */
export const sizedByInput = (sized: SizedByInput) => ({ sizedByInput: sized });

/** Max bytes of the value of a scalar field in JSON; on average, if its object is in a list. */
export function maxBytesOf({ name: field, type, extensions }: Field, isInList: boolean): number {
  if (isInList && isAverage(extensions.onAverage, 'bytes')) return extensions.onAverage.bytes;
  if (field === TypeNameMetaFieldDef.name) return MAX_BYTES.other;
  if (typeof extensions.maxBytes === 'number') return extensions.maxBytes;
  const { name } = getNamedType(type);
  if (name === GraphQLString.name) return MAX_BYTES.text;
  return name === GraphQLID.name ? MAX_BYTES.id : MAX_BYTES.other;
}

/** Max objects that a field without a count returns; on average, if its object is in a list. */
export function maxItemsOf({ type, extensions }: Field, isInList: boolean): number {
  if (isInList && isAverage(extensions.onAverage, 'items')) return extensions.onAverage.items;
  if (typeof extensions.maxItems === 'number') return extensions.maxItems;
  return isListType(getNullableType(type)) ? ASSUMED_ITEMS : 1;
}

/** Bytes that are read for a field, even if less of them is selected. */
export const readBytesOf = ({ extensions }: Field): number =>
  typeof extensions.readBytes === 'number' ? extensions.readBytes : 0;

const isAverage = <Of extends string>(value: unknown, of: Of): value is Record<Of, number> =>
  typeof value === 'object' && value !== null && of in value;
