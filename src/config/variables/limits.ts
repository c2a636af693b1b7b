import { either, wholeNumber } from '../forms.ts';
import { variable } from '../purpose.ts';

/** How much a caller may use. */
export const limits = {
  RATE_LIMIT: variable(wholeNumber(1, 999_999_999).default(60_000_000), {
    summary: 'Points that a token may spend in a minute',
    details: 'A REST request costs 1 point, a GraphQL operation one for each object that it asks for.',
  }),
  RATE_LIMIT_STORE: variable(either('memory', 'postgres').default('memory'), {
    summary: 'Where the points are counted',
    details: 'With `memory`, each gateway counts for itself; with `postgres`, all together.',
  }),
  MAX_SEGMENTS_PER_ACCOUNT: variable(wholeNumber(1, 999_999_999).optional(), {
    summary: 'Segments that an account may have',
    details:
      'Further creations are refused. Each gateway remembers the count and repeats it every 5 s while segments are created, less often for accounts of millions: several gateways can exceed the limit by what is created in that time.',
    unset: 'any number',
  }),
  MAX_CONNECTIONS_PER_ADDRESS: variable(wholeNumber(1, 1_000_000).default(10_000), {
    summary: 'Connections that one address may have open',
    details:
      'A /64 network of IPv6 counts as one address. More are closed at once, and the log says so. Behind a load balancer or proxy, all connections share its address: set the limit above what that opens.',
  }),
};
