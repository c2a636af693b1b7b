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

/** Max bytes of the value of a scalar field in JSON. */
export function maxBytesOf({ name: field, type, extensions }: Field): number {
  if (field === TypeNameMetaFieldDef.name) return MAX_BYTES.other;
  if (typeof extensions.maxBytes === 'number') return extensions.maxBytes;
  const { name } = getNamedType(type);
  if (name === GraphQLString.name) return MAX_BYTES.text;
  return name === GraphQLID.name ? MAX_BYTES.id : MAX_BYTES.other;
}

/** Max objects that a field without a count returns. */
export function maxItemsOf({ type, extensions }: Field): number {
  if (typeof extensions.maxItems === 'number') return extensions.maxItems;
  return isListType(getNullableType(type)) ? ASSUMED_ITEMS : 1;
}

/** Bytes that are read for a field, even if less of them is selected. */
export const readBytesOf = ({ extensions }: Field): number =>
  typeof extensions.readBytes === 'number' ? extensions.readBytes : 0;
