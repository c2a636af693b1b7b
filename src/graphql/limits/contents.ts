import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';
import { type Fragments, fragmentsOf } from '../planner/document.ts';
import { maxBytesOf, maxItemsOf, readBytesOf } from './field-size.ts';

/** What a selection requests of one object, without the parts that are counted separately. */
export interface Contents<Count> {
  scalars: number;
  /** Max bytes in JSON. */
  bytes: number;
  within: Part<Count>[];
}

/** A field that returns objects. Their number depends on its arguments. */
export interface Part<Count> {
  count: Count;
  contents: Contents<Count>;
}

/** Returns how many objects a field returns, and in which of its fields (all by default); null if the field has no count. */
type CountOf<Count> = (
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
) => { count: Count; sizedFields?: readonly string[] | undefined } | null;

type Selected = readonly [SelectionSetNode, typeName: string];

/** A selected field. All selections of a field with the same response name are one. */
interface Field {
  definition: GraphQLField<unknown, unknown>;
  responseName: string;
  nodes: [FieldNode, ...FieldNode[]];
}

/** Returns what selections of a valid document request of one object. */
export function contentsOf<Count>(
  schema: GraphQLSchema,
  document: DocumentNode,
  countOf: CountOf<Count>,
  selected: readonly Selected[],
): Contents<Count> {
  const fragments = fragmentsOf(document);
  const within = (selections: readonly Selected[], isInList = false): Contents<Count> =>
    ofFields([...fieldsOf(schema, fragments, selections).values()], isInList);

  function ofFields(fields: readonly Field[], isInList: boolean): Contents<Count> {
    const all: Contents<Count> = { scalars: 0, bytes: 2, within: [] };
    for (const { definition, responseName, nodes } of fields) {
      const named = getNamedType(definition.type);
      const selections = nodes.flatMap(({ selectionSet }): Selected[] =>
        selectionSet ? [[selectionSet, named.name]] : [],
      );
      all.bytes += responseName.length + 6;
      if (selections.length === 0) {
        all.scalars += 1;
        all.bytes += maxBytesOf(definition, isInList);
        continue;
      }
      const counted = countOf(definition, nodes[0]);
      if (!counted) {
        const contents = within(selections, isInList);
        add(
          all,
          contents,
          Math.max(contents.bytes * maxItemsOf(definition, isInList), readBytesOf(definition)),
        );
        continue;
      }
      const { count, sizedFields } = counted;
      const chosen = [...fieldsOf(schema, fragments, selections).values()];
      const isSized = ({ definition: { name } }: Field) => sizedFields?.includes(name) ?? true;
      const [sized, once] = [chosen.filter(isSized), chosen.filter((field) => !isSized(field))];
      // The count of the parent already is the length of these lists.
      const lists = sizedFields ? sized.map((field) => ({ ...field, definition: itemOf(field) })) : sized;
      all.within.push({ count, contents: ofFields(lists, true) });
      const contents = ofFields(once, isInList);
      add(all, contents, contents.bytes);
    }
    return all;
  }
  return within(selected);
}

const itemOf = ({ definition }: Field): Field['definition'] => ({
  ...definition,
  type: getNamedType(definition.type) as GraphQLOutputType, // the type of a field is an output type
});

function add<Count>(all: Contents<Count>, { scalars, within }: Contents<Count>, bytes: number): void {
  all.scalars += scalars;
  all.bytes += bytes;
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
