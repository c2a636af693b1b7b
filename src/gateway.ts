import type { AddressInfo } from 'node:net';
import { type ApiToken, configureApiToken } from './accounts/api-token.ts';
import { ensuredToken } from './accounts/ensured-token.ts';
import { tokenStore } from './accounts/tokens.ts';
import { type Admission, admission } from './admission.ts';
import { followClock } from './database/clock.ts';
import { connect, disconnect, type Pooler } from './database/connect.ts';
import { graphqlFace } from './graphql/face.ts';
import { schema } from './graphql/schema.ts';
import { acrossOrigins } from './http/cors.ts';
import { listen } from './http/listen.ts';
import { drain, type Face, httpServer } from './http/server.ts';
import { healthFace } from './operations/health.ts';
import type { Log } from './operations/log.ts';
import { records } from './operations/records.ts';
import { restFace } from './rest/face.ts';
import { segmentQuota } from './segments/quota.ts';
import { segmentStore } from './segments/store.ts';

interface Options extends Admission {
  databaseUrl: string;
  poolSize: number;
  /** Whether a pooler stands before the database that gives each transaction another session. */
  pooler?: Pooler;
  host: string;
  port: number;
  graphiql: boolean;
  introspection: boolean;
  /** The only operations that run, by their ids; any, where they are left out. */
  persistedOperations?: ReadonlyMap<string, string> | undefined;
  /** Whose pages may call; nobody's, where they are left out. */
  corsOrigins?: ReadonlySet<string> | undefined;
  /** How many segments an account may have; any number, where it is left out. */
  maxSegmentsPerAccount?: number | undefined;
  /** The only token of its kind from the first request on, for the account `default`, with every scope. */
  apiToken?: string | undefined;
  log: Log;
}

/** How long requests in flight may take to be answered once the gateway stops. */
const PATIENCE_MS = 10_000;

/** How often idempotency keys that are too old are forgotten. */
const FORGET_MS = 60 * 60 * 1_000;

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Puts the parts together on a migrated database, and takes them apart again. */
export async function startGateway({
  databaseUrl,
  poolSize,
  pooler = 'none',
  host,
  port,
  graphiql,
  introspection,
  persistedOperations,
  corsOrigins = new Set(),
  maxSegmentsPerAccount,
  apiToken,
  log,
  ...admitted
}: Options) {
  const logged = records(log);
  const onFault = (fault: unknown) => logged.fault(fault);
  const report = logged.fault;
  const database = connect({ url: databaseUrl, poolSize, pooler, onIdleError: onFault });
  const clock = await followClock(database);
  const segments = segmentStore(database, clock.now);
  const tokens = tokenStore(database, onFault);
  const forget = setInterval(() => segments.forgetIdempotencyKeys().catch(onFault), FORGET_MS).unref();
  let isDraining = false;

  const quota = maxSegmentsPerAccount ? segmentQuota(maxSegmentsPerAccount, segments.countUpTo) : undefined;
  const shared = { segments, quota, report };
  const contextOf = admission(admitted, { database, tokens, shared, onFault, inFlight: () => inFlight() });
  const rest = acrossOrigins(corsOrigins, restFace({ contextOf: contextOf.anyone, report }));
  // Only a router gets past its secret. It has to read the schema, and it writes its own texts.
  const isForRouter = admitted.routerSecret !== undefined;
  const graphql = acrossOrigins(
    corsOrigins,
    graphqlFace({
      schema,
      contextOf: contextOf.router,
      report,
      graphiql,
      introspection: introspection || isForRouter,
      persistedOperations,
      anyText: isForRouter,
    }),
  );
  const health = healthFace(database, () => isDraining);
  const route = (path: string): Face => {
    if (path === '/graphql') return graphql;
    return path.startsWith('/health/') ? health : rest;
  };

  const { server, inFlight } = httpServer({
    route,
    onEnd: logged.exchange,
    onFault: (fault, { requestId }) => report(fault, requestId),
  });
  let configured: ApiToken | undefined;
  let stopEnsuring = () => {};
  try {
    if (apiToken !== undefined) {
      const configure = async () => {
        configured = await configureApiToken(database, apiToken, onFault);
      };
      stopEnsuring = await ensuredToken(configure, (reason) =>
        log.warn({ reason }, 'API_TOKEN is not valid yet: the database cannot be written'),
      );
    }
    await listen(server, { port, host });
  } catch (error) {
    clock.stop();
    clearInterval(forget);
    await disconnect(database);
    throw error;
  }

  return {
    url: urlOf(server.address(), host),
    inFlight,
    tokens,
    /** What became of the token that it was given; undefined where it was given none. */
    apiToken: configured,
    segments,
    quota,
    database,
    /** Answers what is in flight, takes nothing new, then lets the database go. */
    async stop() {
      isDraining = true;
      await drain(server, PATIENCE_MS);
      clock.stop();
      stopEnsuring();
      clearInterval(forget);
      await tokens.writeUse();
      await disconnect(database);
      logged.flush();
    },
  };
}

/** Where the server listens, as a person on this machine would type it. */
function urlOf(address: string | AddressInfo | null, host: string): string {
  const port = typeof address === 'object' && address ? address.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
