import { onOff, operationsFile } from '../forms.ts';
import { variable } from '../purpose.ts';

/** What the GraphQL face offers. */
export const graphql = {
  PERSISTED_OPERATIONS: variable(operationsFile.optional(), {
    summary: 'File of operations; if set, only these can be sent, by their ids',
    secret: 'none',
    details: 'See [Persisted operations](../README.md#persisted-operations).',
    unset: 'any operation',
  }),
  GRAPHIQL: variable(onOff.optional(), {
    summary: 'Whether GraphiQL is served',
    secret: 'none',
    details: 'With `ROUTER_SECRET`, it is only served to those that send the secret.',
    unset: 'on, or off if NODE_ENV=production',
  }),
  INTROSPECTION: variable(onOff.default(true), {
    summary: 'Whether callers can read the schema',
    secret: 'none',
    details:
      'The schema is visible through introspection, `_service`, and errors that suggest names. If off, GraphQL requires a token for every request. A router with `ROUTER_SECRET` can always read the schema.',
  }),
};
