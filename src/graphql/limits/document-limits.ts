import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsOf } from '../planner/document.ts';
import { type IntrospectionSize, introspectionSize } from './introspection-size.ts';

/** How much of everything one operation may hold. */
export interface Limits {
  /** Fields within fields; those of introspection are left to graphql-js, which knows how deep it may go. */
  depth: number;
  aliases: number;
  directives: number;
  /** Fields of Query. */
  rootFields: number;
  /** Fields of Mutation: each is a write of its own. */
  mutations: number;
  /** Fields in all, those of a fragment as often as it is spread. */
  fields: number;
  /** What may be asked of introspection. The query of graphql-js asks for 9 lists, and has no alias. */
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

/** What an operation holds, its fragments spread out. */
interface Measure {
  depth: number;
  aliases: number;
  directives: number;
  rootFields: number;
  fields: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0, directives: 0, rootFields: 0, fields: 0 };

/** Everything of a document that is more than it may be, told once each. */
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

/** The fields of an operation, those of a fragment as often as it is spread. */
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
      'fields, counting those of a fragment each time it is spread,',
      limits.fields,
      found.fields,
    ),
  ].flat();
}

function refused(code: string, what: string, most: number, count: number): GraphQLError[] {
  if (count <= most) return [];
  return [
    overLimit(
      code,
      `An operation may have ${most.toLocaleString('en')} ${what} at most; this one has ${count.toLocaleString('en')}.`,
    ),
  ];
}

/** A refusal before anything is executed. */
export const overLimit = (code: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { spec: true, status: 400 } } });

/**
 * Measures a selection. Each fragment is measured once, however often it is spread: thirty that spread each
 * other twice are a thousand million fields, found in thirty steps. One within itself counts as nothing; validation refuses it.
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
