import {
  type DocumentNode,
  execute,
  type GraphQLInputType,
  type GraphQLObjectType,
  GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  subscribe,
} from 'graphql';
import { SCOPES, type Scope } from '../../src/accounts/viewer.ts';
import type { Context } from '../../src/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { viewers } from '../harness.ts';

/** The parent of every field. No scope depends on it. */
const PARENT = { id: 'xgQQXg3hrtjh7AvZ', customerId: 'c1', version: 1 };
const LACKS = /^This token lacks the scope (\S+)\.$/;

/** Runs one field with the resolvers of the gateway, with more and more scopes. Returns the scopes that it cannot be read without. */
export async function demandedScopes(type: GraphQLObjectType, name: string, context: Context) {
  const demanded: Scope[] = [];
  for (;;) {
    const messages = await messagesOf(type, name, {
      ...context,
      viewer: { ...viewers.ada, scopes: new Set(demanded) },
    });
    const lacked = messages.flatMap((message) => LACKS.exec(message)?.[1] ?? []);
    const found = SCOPES.find((scope) => lacked.includes(scope));
    if (found === undefined) return demanded.toSorted();
    demanded.push(found);
  }
}

/** Whether a field cannot be read without a token. */
export async function demandsToken(type: GraphQLObjectType, name: string, context: Context) {
  const messages = await messagesOf(type, name, { ...context, viewer: null });
  return messages.some((message) => message.includes('token'));
}

/** Runs one field alone. Returns the messages of its errors. */
async function messagesOf(type: GraphQLObjectType, name: string, contextValue: Context): Promise<string[]> {
  const options = { document: documentOf(type, name), rootValue: PARENT, contextValue };
  const { types } = schema.toConfig();
  const result =
    type === schema.getSubscriptionType()
      ? await subscribe({ ...options, schema })
      : await execute({ ...options, schema: new GraphQLSchema({ query: type, types }) });
  if (Symbol.asyncIterator in result) {
    await result.return?.(undefined);
    return [];
  }
  return (result.errors ?? []).map(({ message }) => message);
}

/** An operation that selects one field, with the shortest arguments. */
function documentOf(type: GraphQLObjectType, name: string): DocumentNode {
  const field = type.getFields()[name];
  if (!field) throw new TypeError(`${type.name} has no ${name}.`);
  const given = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literalOf(arg.type)}`);
  const args = given.length > 0 ? `(${given.join(', ')})` : '';
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const operation = type === schema.getSubscriptionType() ? 'subscription' : 'query';
  return parse(`${operation} { ${name}${args} ${selection} }`);
}

/** A value of a type, as short as the type allows. */
function literalOf(given: GraphQLInputType): string {
  const type = getNullableType(given);
  if (isListType(type)) return `[${literalOf(type.ofType)}]`;
  if (!isInputObjectType(type)) return '"x"';
  const fields = Object.values(type.getFields()).filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`;
}
