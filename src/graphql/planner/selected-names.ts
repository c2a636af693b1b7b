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

/**
 * Results by the field that is left out, and by the list of nodes of a field. A plan has its own lists, and all its requests have
 * the same conditions.
 */
const known = new Map<string | undefined, WeakMap<readonly FieldNode[], ReadonlySet<string>>>();

/**
 * Returns the names of all fields that are selected below a field, at any depth and of any type, except those that a
 * condition leaves out. What is below fields of the name `except` is left out too. A resolver uses it to fetch only what is
 * selected.
 */
export function selectedNames(info: Info, except?: string): ReadonlySet<string> {
  const results = known.get(except) ?? new WeakMap();
  known.set(except, results);
  const before = results.get(info.fieldNodes);
  if (before) return before;
  const selected: Selected = { info, except, names: new Set(), spread: new Set() };
  for (const { selectionSet } of info.fieldNodes) {
    if (selectionSet) collect(selectionSet.selections, selected);
  }
  results.set(info.fieldNodes, selected.names);
  return selected.names;
}

/** What was found so far, and where it is looked for. */
interface Selected {
  info: Info;
  except: string | undefined;
  names: Set<string>;
  /** The fragments that were spread. */
  spread: Set<string>;
}

function collect(selections: readonly SelectionNode[], selected: Selected): void {
  const { info, except, names, spread } = selected;
  for (const selection of selections) {
    if (isLeftOut(selection, info)) continue;
    if (selection.kind === Kind.FIELD) names.add(selection.name.value);
    if (selection.kind !== Kind.FRAGMENT_SPREAD) {
      const isExcepted = selection.kind === Kind.FIELD && selection.name.value === except;
      if (!isExcepted) collect(selection.selectionSet?.selections ?? [], selected);
      continue;
    }
    const name = selection.name.value;
    if (spread.has(name)) continue;
    spread.add(name);
    collect(info.fragments[name]?.selectionSet.selections ?? [], selected);
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
