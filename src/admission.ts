import { authenticator, sendsToken } from './accounts/authenticate.ts';
import type { JwtIssuer } from './accounts/jwt.ts';
import { type RateLimit, rateLimiter } from './accounts/rate-limit.ts';
import { type Authenticate, behindRouter } from './accounts/router.ts';
import type { TokenStore } from './accounts/tokens.ts';
import type { Context } from './context.ts';
import type { Database } from './database/connect.ts';
import type { Exchange } from './http/server.ts';
import { type placesFor, UNIDENTIFIED } from './places.ts';

export interface Admission {
  /** Whose JWTs are believed, beside our own tokens. */
  jwt?: JwtIssuer | undefined;
  /** What a router sends with each request: without it, its face is closed. */
  routerSecret?: string | undefined;
  /** What each caller may spend; no limit where it is left out. */
  rateLimit?: RateLimit | undefined;
}

interface Parts {
  database: Database;
  tokens: TokenStore;
  /** What every call shares. */
  shared: Pick<Context, 'segments' | 'report'>;
  places: ReturnType<typeof placesFor>;
  onFault(fault: unknown): void;
}

/** The ways in for a request: for anyone, and for a router alone. Each tells who calls, and what they may spend. */
export function admission(
  { jwt, routerSecret, rateLimit }: Admission,
  { database, tokens, shared, places, onFault }: Parts,
) {
  const authenticate = authenticator(tokens, jwt);
  const limit = rateLimit && rateLimiter(rateLimit, database, onFault);

  const by =
    (identify: Authenticate) =>
    async (exchange: Exchange): Promise<Context> => {
      const { request } = exchange;
      const address = request.socket.remoteAddress;
      // To find out who calls is work too.
      const unknown = await places.take({ accountId: UNIDENTIFIED, address });
      const viewer = await identify(request.headers).finally(unknown.leave);
      exchange.accountId = viewer?.accountId;
      exchange.place = await places.take({ accountId: viewer?.accountId, address });
      const hasBadToken = viewer === null && sendsToken(request.headers);
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
