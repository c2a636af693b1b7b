import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { authenticator } from './accounts/authenticate.ts';
import type { JwtIssuer } from './accounts/jwt.ts';
import { type RateLimit, rateLimiter } from './accounts/rate-limit.ts';
import { type Authenticate, behindRouter } from './accounts/router.ts';
import { tokenStore } from './accounts/tokens.ts';
import type { Context } from './context.ts';
import { connect } from './database/connect.ts';
import { Refusal } from './errors.ts';
import { graphqlFace } from './graphql/face.ts';
import { schema } from './graphql/schema.ts';
import { drain, type Exchange, type Face, httpServer } from './http/server.ts';
import { healthFace } from './operations/health.ts';
import { type Log, logExchange, logFault } from './operations/log.ts';
import { restFace } from './rest/face.ts';
import { segmentStore } from './segments/store.ts';

interface Options {
  databaseUrl: string;
  poolSize: number;
  host: string;
  port: number;
  graphiql: boolean;
  introspection: boolean;
  /** The only operations that run, by their ids; any, where they are left out. */
  persistedOperations?: ReadonlyMap<string, string> | undefined;
  /** Whose JWTs are believed, beside our own tokens. */
  jwt?: JwtIssuer | undefined;
  /** What each caller may spend; no limit where it is left out. */
  rateLimit?: RateLimit | undefined;
  /** What a router sends with each request: without it, GraphQL is closed. */
  routerSecret?: string | undefined;
  /** A token that is made sure of before the first request, for the account `default`, with every scope. */
  apiToken?: string | undefined;
  /** Requests that are worked on at once. */
  mostInFlight?: number;
  log: Log;
}

/** How long requests in flight may take to be answered once the gateway stops. */
const PATIENCE_MS = 10_000;

/**
 * Requests that are worked on at once. Beyond, one would wait longer than its caller: it is refused at once, which
 * costs a twentieth of answering it.
 */
const MOST_IN_FLIGHT = 2_000;

/** How often idempotency keys that are too old are forgotten. */
const FORGET_MS = 60 * 60 * 1_000;

export const DEFAULT_ACCOUNT = 'default';

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Puts the parts together on a migrated database, and takes them apart again. */
export async function startGateway({
  databaseUrl,
  poolSize,
  host,
  port,
  graphiql,
  introspection,
  persistedOperations,
  jwt,
  rateLimit,
  routerSecret,
  apiToken,
  mostInFlight = MOST_IN_FLIGHT,
  log,
}: Options) {
  const database = connect({ url: databaseUrl, poolSize, onIdleError: (error) => logFault(log, error) });
  const segments = segmentStore(database);
  const tokens = tokenStore(database);
  const forget = setInterval(
    () => segments.forgetIdempotencyKeys().catch((fault) => logFault(log, fault)),
    FORGET_MS,
  );
  forget.unref();
  const authenticate = authenticator(tokens, jwt);
  const limit = rateLimit && rateLimiter(rateLimit, database, (fault) => logFault(log, fault));
  const behind = routerSecret === undefined ? authenticate : behindRouter(routerSecret, authenticate);
  let isDraining = false;

  const report = (fault: unknown, requestId: string) => logFault(log, fault, requestId);
  const contextBy =
    (identify: Authenticate) =>
    async (exchange: Exchange): Promise<Context> => {
      if (inFlight() > mostInFlight)
        throw new Refusal('UNAVAILABLE', 'Too much is asked at once. Try again in a moment.');
      const viewer = await identify(exchange.request.headers);
      exchange.accountId = viewer?.accountId;
      const spend = async (points: number) => {
        if (viewer && limit) Object.assign(exchange.headers, await limit(viewer, points));
      };
      return { requestId: exchange.requestId, viewer, spend, report, segments };
    };

  const rest = restFace({ contextOf: contextBy(authenticate), report });
  const graphql = graphqlFace({
    schema,
    contextOf: contextBy(behind),
    report,
    graphiql,
    introspection,
    persistedOperations,
  });
  const health = healthFace(database, () => isDraining);
  const route = (path: string): Face => {
    if (path === '/graphql') return graphql;
    return path.startsWith('/health/') ? health : rest;
  };

  const { server, inFlight } = httpServer({
    route,
    onEnd: (exchange, milliseconds) => logExchange(log, exchange, milliseconds),
    onFault: (fault, { requestId }) => report(fault, requestId),
  });
  try {
    if (apiToken !== undefined) await tokens.ensure(apiToken, DEFAULT_ACCOUNT);
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    clearInterval(forget);
    await database.$client.end();
    throw error;
  }

  return {
    url: urlOf(server.address(), host),
    inFlight,
    tokens,
    segments,
    database,
    /** Answers what is in flight, takes nothing new, then lets the database go. */
    async stop() {
      isDraining = true;
      await drain(server, PATIENCE_MS);
      clearInterval(forget);
      await database.$client.end();
    },
  };
}

/** Where the server listens, as a person on this machine would type it. */
function urlOf(address: string | AddressInfo | null, host: string): string {
  const port = typeof address === 'object' && address ? address.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
