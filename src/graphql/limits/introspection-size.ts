import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from '../planner/document.ts';

/** How much introspection an operation requests, including its fragments. */
export interface IntrospectionSize {
  aliases: number;
  /** Fields that return lists. Each multiplies the fields within it. */
  lists: number;
}

const ROOTS: ReadonlySet<string> = new Set(['__schema', '__type']);
const LISTS: ReadonlySet<string> = new Set([
  'types',
  'directives',
  'fields',
  'args',
  'interfaces',
  'possibleTypes',
  'enumValues',
  'inputFields',
]);

/**
 * Measures the selections within `__schema` and `__type` in all operations of a document. Each fragment is measured only
 * once, even if it is spread several times.
 */
export function introspectionSize(document: DocumentNode): IntrospectionSize {
  const fragments = fragmentsOf(document);
  const known = new Map<string, IntrospectionSize>();

  function ofFragment(name: string, isWithin: boolean): IntrospectionSize {
    const key = `${isWithin}${name}`;
    const before = known.get(key);
    if (before) return before;
    known.set(key, { aliases: 0, lists: 0 }); // for a fragment within itself, which validation refuses
    const size = of(fragments[name]?.selectionSet, isWithin);
    known.set(key, size);
    return size;
  }

  function of(selectionSet: SelectionSetNode | undefined, isWithin: boolean): IntrospectionSize {
    const all = { aliases: 0, lists: 0 };
    for (const selection of selectionSet?.selections ?? []) {
      const isField = selection.kind === Kind.FIELD;
      const isAsked = isWithin || (isField && ROOTS.has(selection.name.value));
      const within =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(selection.name.value, isWithin)
          : of(selection.selectionSet, isAsked);
      all.aliases += within.aliases + (isField && isAsked && selection.alias ? 1 : 0);
      all.lists += within.lists + (isField && isWithin && LISTS.has(selection.name.value) ? 1 : 0);
    }
    return all;
  }

  const sum = { aliases: 0, lists: 0 };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { aliases, lists } = of(definition.selectionSet, false);
    sum.aliases += aliases;
    sum.lists += lists;
  }
  return sum;
}
