import { either, wholeNumber } from '../forms.ts';
import { variable } from '../purpose.ts';

/** How much a caller may use. */
export const limits = {
  RATE_LIMIT: variable(wholeNumber(1, 999_999_999).default(60_000_000), {
    summary: 'Points that a token can spend per minute',
    secret: 'none',
    details: 'A REST request costs 1 point, a GraphQL operation 1 point for each object that it requests.',
  }),
  RATE_LIMIT_STORE: variable(either('memory', 'postgres').default('memory'), {
    summary: 'Where the points are counted',
    secret: 'none',
    details: 'With `memory`, each gateway counts separately. With `postgres`, all gateways count together.',
  }),
  MAX_SEGMENTS_PER_ACCOUNT: variable(wholeNumber(1, 999_999_999).optional(), {
    summary: 'Maximum number of segments per account',
    secret: 'none',
    details:
      'Further creates are refused. Each gateway caches the count and repeats it every 5 s while segments are created, less often for accounts with millions. Several gateways together can exceed the limit by the segments that are created in that time.',
    unset: 'any number',
  }),
  MAX_STREAMS_PER_ACCOUNT: variable(wholeNumber(1, 100_000).default(100), {
    summary: 'Maximum number of open streams of events per account',
    secret: 'none',
    details:
      'A request that waits for events (`wait`) counts while it waits. Further streams are refused with `RATE_LIMITED`. Each gateway counts separately, and serves at most 10,000 streams of all accounts.',
  }),
  MAX_CONNECTIONS_PER_ADDRESS: variable(wholeNumber(1, 1_000_000).default(10_000), {
    summary: 'Maximum number of open connections from one address',
    secret: 'none',
    details:
      'A /64 network of IPv6 counts as one address. Further connections are closed immediately and logged. Behind a load balancer or proxy, all connections come from its address, so set the limit above the number of connections that it opens.',
  }),
};
