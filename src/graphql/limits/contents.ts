import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  GraphQLID,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLString,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';
import { type Fragments, fragmentsOf } from '../planner/document.ts';

/** What a selection asks for of one object, without the parts that are counted by themselves. */
export interface Contents<Count> {
  scalars: number;
  /** Their bytes in JSON, at most. */
  bytes: number;
  within: Part<Count>[];
}

/** A field that gives objects, so many as its arguments say. */
export interface Part<Count> {
  count: Count;
  contents: Contents<Count>;
}

/** Tells how many objects a field gives, and in which of its fields (all, by default); null for a field without a count. */
type CountOf<Count> = (
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
) => { count: Count; sizedFields?: readonly string[] | undefined } | null;

type Selected = readonly [SelectionSetNode, typeName: string];

/** A field as a selection asks for it: those of one response name are one. */
interface Field {
  definition: GraphQLField<unknown, unknown>;
  responseName: string;
  nodes: [FieldNode, ...FieldNode[]];
}

/** Items of a list of which nothing says how long it is: the things that are wrong with an input. */
const ASSUMED_ITEMS = 20;
/** Bytes of a character in JSON: `\u0000`. */
const BYTES_PER_CHARACTER = 6;
/** Bytes of values, unless their field says `maxBytes`. */
const MAX_BYTES = { text: 5_000 * BYTES_PER_CHARACTER, id: 255 * BYTES_PER_CHARACTER, other: 64 };

/** The extension of a field that says how many bytes its value can have in JSON, were each character escaped. */
export const maxCharacters = (characters: number) => ({ maxBytes: characters * BYTES_PER_CHARACTER + 2 });

/** What selections of a valid document ask for of one object. */
export function contentsOf<Count>(
  schema: GraphQLSchema,
  document: DocumentNode,
  countOf: CountOf<Count>,
  selected: readonly Selected[],
): Contents<Count> {
  const fragments = fragmentsOf(document);
  const within = (selections: readonly Selected[]): Contents<Count> =>
    ofFields([...fieldsOf(schema, fragments, selections).values()]);

  function ofFields(fields: readonly Field[]): Contents<Count> {
    const all: Contents<Count> = { scalars: 0, bytes: 2, within: [] };
    for (const { definition, responseName, nodes } of fields) {
      const named = getNamedType(definition.type);
      const selections = nodes.flatMap(({ selectionSet }): Selected[] =>
        selectionSet ? [[selectionSet, named.name]] : [],
      );
      all.bytes += responseName.length + 6;
      if (selections.length === 0) {
        all.scalars += 1;
        all.bytes += maxBytesOf(definition);
        continue;
      }
      const counted = countOf(definition, nodes[0]);
      if (!counted) {
        add(all, within(selections), isListType(getNullableType(definition.type)) ? ASSUMED_ITEMS : 1);
        continue;
      }
      const { count, sizedFields } = counted;
      const chosen = [...fieldsOf(schema, fragments, selections).values()];
      const isSized = ({ definition: { name } }: Field) => sizedFields?.includes(name) ?? true;
      const [sized, once] = [chosen.filter(isSized), chosen.filter((field) => !isSized(field))];
      // A list of that size is not multiplied once more by being a list.
      const lists = sizedFields ? sized.map((field) => ({ ...field, definition: itemOf(field) })) : sized;
      all.within.push({ count, contents: ofFields(lists) });
      add(all, ofFields(once), 1);
    }
    return all;
  }
  return within(selected);
}

const itemOf = ({ definition }: Field): Field['definition'] => ({
  ...definition,
  type: getNamedType(definition.type) as GraphQLOutputType, // the type of a field is an output type
});

function add<Count>(all: Contents<Count>, { scalars, bytes, within }: Contents<Count>, times: number): void {
  all.scalars += scalars;
  all.bytes += bytes * times;
  all.within.push(...within);
}

function fieldsOf(
  schema: GraphQLSchema,
  fragments: Fragments,
  selected: readonly Selected[],
  found = new Map<string, Field>(),
): Map<string, Field> {
  for (const [{ selections }, typeName] of selected) {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const definition = definitionOf(schema, typeName, selection.name.value);
        const responseName = selection.alias?.value ?? selection.name.value;
        const key = `${responseName} ${selection.name.value}`;
        const known = found.get(key)?.nodes.push(selection);
        if (!known && definition) found.set(key, { definition, responseName, nodes: [selection] });
        continue;
      }
      const spread = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
      if (!spread) continue;
      const onType = spread.typeCondition?.name.value ?? typeName;
      fieldsOf(schema, fragments, [[spread.selectionSet, onType]], found);
    }
  }
  return found;
}

function definitionOf(schema: GraphQLSchema, typeName: string, name: string) {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  const type = schema.getType(typeName);
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function maxBytesOf({ name: field, type, extensions }: GraphQLField<unknown, unknown>): number {
  if (field === TypeNameMetaFieldDef.name) return MAX_BYTES.other;
  if (typeof extensions.maxBytes === 'number') return extensions.maxBytes;
  const { name } = getNamedType(type);
  if (name === GraphQLString.name) return MAX_BYTES.text;
  return name === GraphQLID.name ? MAX_BYTES.id : MAX_BYTES.other;
}
