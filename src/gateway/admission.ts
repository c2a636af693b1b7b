import { authenticator, sendsToken } from '../accounts/authenticate.ts';
import type { JwtIssuer } from '../accounts/jwt.ts';
import { type RateLimit, rateLimiter, type Spend } from '../accounts/rate-limit.ts';
import type { TokenStore } from '../accounts/token-store.ts';
import { type Authenticate, behindRouter } from '../accounts/trusted-router.ts';
import { shareOf, type Viewer } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import type { Database } from '../database/connect.ts';
import { Unavailable } from '../errors/refusals.ts';
import { loopTime } from '../fairness/loop-time.ts';
import { type Admitted, noteCodes, onceClosed } from '../http/exchange.ts';
import type { Observe } from '../observation.ts';
import type { placesFor } from './places.ts';

export interface Admission {
  /** The issuer whose JWTs are accepted, in addition to our own tokens. */
  jwt?: JwtIssuer | undefined;
  /** The secret that a router sends with each request. If it is set, GraphQL requests without it are refused. */
  routerSecret?: string | undefined;
  /** What each caller may spend. No limit if omitted. */
  rateLimit?: RateLimit | undefined;
}

interface Parts {
  database: Database;
  tokens: TokenStore;
  /** The same for all calls. */
  shared: Pick<
    Context,
    | 'segments'
    | 'members'
    | 'uploads'
    | 'exports'
    | 'quota'
    | 'events'
    | 'feed'
    | 'streams'
    | 'wrote'
    | 'webhooks'
    | 'destinations'
    | 'tests'
    | 'wokeDeliveries'
  >;
  places: ReturnType<typeof placesFor>;
  observe: Observe;
}

/** Max tokens that are verified at once. There are only so many while the database or the issuer of JWTs does not answer. */
const MAX_IDENTIFYING = 3_000;
/**
 * What a request without an account is charged, in addition to the work that it causes. All such callers have one share of the
 * event loop. They can only read the schema, so about 300 requests a second are enough while accounts are active.
 */
const MS_OF_STRANGER = 0.3;
const TOO_MANY = 'Too many tokens are being verified. Try again in a moment.';

/**
 * Returns two functions that admit a request: one for any caller, one for callers behind the router. Each finds out who calls,
 * waits for a place and for the account's share of the event loop, and returns the context of the call. `loopOf` is for work of an
 * account that no request waits for.
 */
export function admission(
  { jwt, routerSecret, rateLimit }: Admission,
  { database, tokens, shared, places, observe }: Parts,
) {
  const authenticate = authenticator(tokens, jwt);
  const limit = rateLimit && rateLimiter(rateLimit, database, observe);

  const loop = loopTime({ onRefused: () => observe({ kind: 'limit_reached', limit: 'event_loop' }) });
  let identifying = 0;

  const contextFor =
    (identify: Authenticate, identifyAnew: Authenticate) =>
    async (exchange: Admitted): Promise<Context> => {
      const { request } = exchange;
      const address = request.socket.remoteAddress;
      if (identifying >= MAX_IDENTIFYING) {
        observe({ kind: 'limit_reached', limit: 'identifications' });
        throw new Unavailable('not_applied', { message: TOO_MANY });
      }
      identifying += 1;
      let viewer: Viewer | null;
      try {
        viewer = await identify(request.headers);
      } finally {
        identifying -= 1;
      }
      exchange.accountId = viewer?.accountId;
      exchange.tokenId = viewer?.tokenId;
      const place = places.take({ accountId: viewer?.accountId, address });
      exchange.place = place instanceof Promise ? await place : place;
      const share = loop.of(shareOf({ viewer }));
      exchange.loop = share;
      if (!viewer) share.charge(MS_OF_STRANGER);
      const turn = share.ready();
      if (turn) await turn;
      const hasBadToken = viewer === null && sendsToken(request.headers);
      const spend = viewer && limit ? spending(viewer, limit, exchange) : spendNothing;
      const { requestId } = exchange;
      return {
        ...shared,
        observe,
        requestId,
        viewer,
        hasBadToken,
        spend,
        loop: share,
        span: exchange.span,
        refused: (code) => noteCodes(exchange, [code]),
        identify: () => identifyAnew(request.headers),
        leavePlace: () => exchange.place?.leave(),
        onRequested(requested) {
          exchange.requested = requested;
        },
        onGone(listener) {
          if (exchange.response) onceClosed(exchange.response, listener);
        },
      };
    };

  const byRouter = (identify: Authenticate) =>
    routerSecret === undefined ? identify : behindRouter(routerSecret, identify);

  return {
    anyone: contextFor(authenticate, authenticate.anew),
    router: contextFor(byRouter(authenticate), byRouter(authenticate.anew)),
    /** The share of the event loop that an account has. */
    loopOf: loop.of,
  };
}

const spendNothing: Context['spend'] = () => undefined;

const spending =
  (viewer: Viewer, limit: Spend, exchange: Admitted): Context['spend'] =>
  async (points) => {
    Object.assign(exchange.headers, await limit(viewer, points));
  };
