import { setImmediate as turn } from 'node:timers/promises';
import { authenticator, sendsToken } from './accounts/authenticate.ts';
import type { JwtIssuer } from './accounts/jwt.ts';
import { type RateLimit, rateLimiter } from './accounts/rate-limit.ts';
import { type Authenticate, behindRouter } from './accounts/router.ts';
import type { TokenStore } from './accounts/tokens.ts';
import type { Context } from './context.ts';
import type { Database } from './database/connect.ts';
import { Unavailable } from './errors.ts';
import type { Exchange } from './http/server.ts';

export interface Admission {
  /** Whose JWTs are believed, beside our own tokens. */
  jwt?: JwtIssuer | undefined;
  /** What a router sends with each request: without it, its face is closed. */
  routerSecret?: string | undefined;
  /** What each caller may spend; no limit where it is left out. */
  rateLimit?: RateLimit | undefined;
  /** Requests that are worked on at once. */
  mostInFlight?: number;
}

interface Parts {
  database: Database;
  tokens: TokenStore;
  /** What every call shares. */
  shared: Pick<Context, 'segments' | 'quota' | 'report'>;
  inFlight(): number;
  onFault(fault: unknown): void;
}

/**
 * Requests that are worked on at once, unless said otherwise. One more would wait longer than its caller: it is refused
 * at once, which costs a twentieth of answering it.
 */
const MOST_IN_FLIGHT = 3_000;

/** The ways in for a request: for anyone, and for a router alone. Each tells who calls, and what they may spend. */
export function admission(
  { jwt, routerSecret, rateLimit, mostInFlight = MOST_IN_FLIGHT }: Admission,
  { database, tokens, shared, inFlight, onFault }: Parts,
) {
  const authenticate = authenticator(tokens, jwt);
  const limit = rateLimit && rateLimiter(rateLimit, database, onFault);

  const by =
    (identify: Authenticate) =>
    async (exchange: Exchange): Promise<Context> => {
      if (inFlight() > mostInFlight) {
        await turn(); // many are refused in one turn, which wakes whoever sent them once and not each time
        throw new Unavailable('not_applied', {
          message: 'Too much is asked at once. Try again in a moment.',
        });
      }
      const viewer = await identify(exchange.request.headers);
      exchange.accountId = viewer?.accountId;
      exchange.tokenId = viewer?.tokenId;
      const hasBadToken = viewer === null && sendsToken(exchange.request.headers);
      const spend = async (points: number) => {
        if (viewer && limit) Object.assign(exchange.headers, await limit(viewer, points));
      };
      return { ...shared, requestId: exchange.requestId, viewer, hasBadToken, spend };
    };

  return {
    anyone: by(authenticate),
    router: by(routerSecret === undefined ? authenticate : behindRouter(routerSecret, authenticate)),
  };
}
