import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsOf } from '../planner/document.ts';
import { type IntrospectionSize, introspectionSize } from './introspection-size.ts';

/** The limits of one operation. */
export interface Limits {
  /** Levels of nested fields. Those of introspection are not counted, because graphql-js limits them. */
  depth: number;
  aliases: number;
  directives: number;
  /** Fields of Query. */
  rootFields: number;
  /** Fields of Mutation, each of which is a separate write. */
  mutations: number;
  /** All fields. Those of a fragment count each time it is spread. */
  fields: number;
  /** Limits of introspection. The introspection query of graphql-js has 9 lists and no aliases. */
  introspection: IntrospectionSize;
}

export const LIMITS: Limits = {
  depth: 10,
  aliases: 50,
  directives: 30,
  rootFields: 50,
  mutations: 10,
  fields: 1_000,
  introspection: { aliases: 10, lists: 12 },
};

/** The size of an operation, including its fragments. */
interface Measure {
  depth: number;
  aliases: number;
  directives: number;
  rootFields: number;
  fields: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0, directives: 0, rootFields: 0, fields: 0 };

/** Returns an error for each limit that a document exceeds. */
export function beyondLimits(document: DocumentNode, limits: Limits): GraphQLError[] {
  const fragments = fragmentsOf(document);
  const errors = new Map<string, GraphQLError>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const error of beyond(definition, measuredBy(fragments)(definition.selectionSet), limits)) {
      errors.set(error.message, error);
    }
  }
  const { aliases, lists } = introspectionSize(document);
  return [
    ...errors.values(),
    ...refused('INTROSPECTION_LIMIT', 'aliases in introspection', limits.introspection.aliases, aliases),
    ...refused('INTROSPECTION_LIMIT', 'lists in introspection', limits.introspection.lists, lists),
  ];
}

/** Counts the fields of an operation. Those of a fragment count each time it is spread. */
export const fieldCountOf = (document: DocumentNode, { selectionSet }: OperationDefinitionNode): number =>
  measuredBy(fragmentsOf(document))(selectionSet).fields;

function beyond(operation: OperationDefinitionNode, found: Measure, limits: Limits): GraphQLError[] {
  const directives = found.directives + (operation.directives?.length ?? 0);
  const isMutation = operation.operation === 'mutation';
  const roots = isMutation ? limits.mutations : limits.rootFields;
  return [
    refused('DEPTH_LIMIT', 'levels of fields', limits.depth, found.depth),
    refused('ALIAS_LIMIT', 'aliases', limits.aliases, found.aliases),
    refused('DIRECTIVE_LIMIT', 'directives', limits.directives, directives),
    refused('ROOT_FIELD_LIMIT', `fields of ${isMutation ? 'Mutation' : 'Query'}`, roots, found.rootFields),
    refused(
      'FIELD_LIMIT',
      'fields, counting those of a fragment each time it is spread',
      limits.fields,
      found.fields,
    ),
  ].flat();
}

function refused(code: string, what: string, max: number, count: number): GraphQLError[] {
  if (count <= max) return [];
  return [
    overLimit(
      code,
      `An operation can have at most ${max.toLocaleString('en')} ${what}; this one has ${count.toLocaleString('en')}.`,
    ),
  ];
}

/** Creates the error of an operation that exceeds a limit and is refused before anything is executed. */
export const overLimit = (code: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { spec: true, status: 400 } } });

/**
 * Returns the function that measures a selection. Each fragment is measured only once: thirty that each spread the next one
 * twice have a billion fields, counted in thirty steps. One within itself counts as nothing, because validation refuses it.
 */
function measuredBy(fragments: Fragments) {
  const known = new Map<string, Measure>();

  function ofFragment(name: string): Measure {
    const before = known.get(name);
    if (before) return before;
    known.set(name, NOTHING);
    const fragment = fragments[name];
    const found = fragment ? of(fragment.selectionSet) : NOTHING;
    known.set(name, found);
    return found;
  }

  function of({ selections }: SelectionSetNode): Measure {
    const all = { ...NOTHING };
    for (const selection of selections) {
      all.directives += selection.directives?.length ?? 0;
      if (selection.kind !== Kind.FIELD) {
        const spread =
          selection.kind === Kind.INLINE_FRAGMENT
            ? of(selection.selectionSet)
            : ofFragment(selection.name.value);
        add(all, spread, spread.depth);
        all.rootFields += spread.rootFields;
        continue;
      }
      const within = selection.selectionSet ? of(selection.selectionSet) : NOTHING;
      const isIntrospection = selection.name.value.startsWith('__');
      add(all, within, isIntrospection ? 1 : within.depth + 1);
      all.fields += 1;
      all.rootFields += 1;
      if (selection.alias) all.aliases += 1;
    }
    return all;
  }

  return of;
}

function add(to: Measure, { aliases, directives, fields }: Measure, depth: number): void {
  to.depth = Math.max(to.depth, depth);
  to.aliases += aliases;
  to.directives += directives;
  to.fields += fields;
}
