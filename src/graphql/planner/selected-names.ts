import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';

type Info = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>;

/** Results by the list of nodes of a field. A plan has its own lists, and all its requests have the same conditions. */
const known = new WeakMap<readonly FieldNode[], ReadonlySet<string>>();

/**
 * Returns the names of all fields that are selected below a field, at any depth and of any type, except those that a
 * condition leaves out. A resolver uses it to fetch only what is selected.
 */
export function selectedNames(info: Info): ReadonlySet<string> {
  const before = known.get(info.fieldNodes);
  if (before) return before;
  const names = new Set<string>();
  const spread = new Set<string>();
  for (const { selectionSet } of info.fieldNodes) {
    if (selectionSet) collect(selectionSet.selections, info, names, spread);
  }
  known.set(info.fieldNodes, names);
  return names;
}

function collect(
  selections: readonly SelectionNode[],
  info: Info,
  names: Set<string>,
  spread: Set<string>,
): void {
  for (const selection of selections) {
    if (isLeftOut(selection, info)) continue;
    if (selection.kind === Kind.FIELD) names.add(selection.name.value);
    if (selection.kind !== Kind.FRAGMENT_SPREAD) {
      collect(selection.selectionSet?.selections ?? [], info, names, spread);
      continue;
    }
    const name = selection.name.value;
    if (spread.has(name)) continue;
    spread.add(name);
    collect(info.fragments[name]?.selectionSet.selections ?? [], info, names, spread);
  }
}

/** A condition without a value leaves nothing out. It fails when the field is executed. */
function isLeftOut(selection: SelectionNode, { variableValues }: Info): boolean {
  if (!selection.directives?.length) return false;
  try {
    return (
      getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.if === true ||
      getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.if === false
    );
  } catch {
    return false;
  }
}
