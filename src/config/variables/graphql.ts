import { onOff, operationsFile } from '../forms.ts';
import { variable } from '../purpose.ts';

/** What the GraphQL face offers. */
export const graphql = {
  PERSISTED_OPERATIONS: variable(operationsFile.optional(), {
    summary: 'The only operations that may run, sent by id',
    details: 'See [Persisted operations](../README.md#persisted-operations).',
    unset: 'any operation',
  }),
  GRAPHIQL: variable(onOff.optional(), {
    summary: 'Whether browsers get GraphiQL',
    details: 'With `ROUTER_SECRET`, only those that send the secret get it.',
    unset: 'on, or off if NODE_ENV=production',
  }),
  INTROSPECTION: variable(onOff.default(true), {
    summary: 'Whether callers may learn the schema',
    details:
      'They learn it by introspection, by `_service`, and by errors that suggest names. If off, GraphQL answers nothing without a token. A router with `ROUTER_SECRET` always may.',
  }),
};
