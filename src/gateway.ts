import type { AddressInfo } from 'node:net';
import { tokenStore } from './accounts/tokens.ts';
import { type Admission, admission } from './admission.ts';
import { connect, disconnect, type Pooler } from './database/connect.ts';
import { graphqlFace } from './graphql/face.ts';
import { schema } from './graphql/schema.ts';
import { acrossOrigins } from './http/cors.ts';
import { listen } from './http/listen.ts';
import { drain, type Face, httpServer } from './http/server.ts';
import { healthFace } from './operations/health.ts';
import { type Log, logExchange, logFault, logRefusedConnection } from './operations/log.ts';
import { type Places, placesFor } from './places.ts';
import { restFace } from './rest/face.ts';
import { segmentStore } from './segments/store.ts';

interface Options extends Admission, Places {
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
  /** How many connections one address may have open. */
  maxConnectionsPerAddress?: number;
  /** A token that is made sure of before the first request, for the account `default`, with every scope. */
  apiToken?: string | undefined;
  log: Log;
}

/** How long requests in flight may take to be answered once the gateway stops. */
const PATIENCE_MS = 10_000;

/** How often idempotency keys that are too old are forgotten. */
const FORGET_MS = 60 * 60 * 1_000;

export const DEFAULT_ACCOUNT = 'default';

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
  apiToken,
  log,
  places: maxPlaces,
  bodies: maxBodies,
  maxConnectionsPerAddress = Number.POSITIVE_INFINITY,
  ...admitted
}: Options) {
  const onFault = (fault: unknown) => logFault(log, fault);
  const report = (fault: unknown, requestId: string) => logFault(log, fault, requestId);
  const database = connect({ url: databaseUrl, poolSize, pooler, onIdleError: onFault });
  const segments = segmentStore(database);
  const tokens = tokenStore(database);
  const forget = setInterval(() => segments.forgetIdempotencyKeys().catch(onFault), FORGET_MS).unref();
  let isDraining = false;

  const shared = { segments, report };
  const places = placesFor({ places: maxPlaces, bodies: maxBodies });
  const contextOf = admission(admitted, { database, tokens, shared, onFault, places });
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
  const health = healthFace(database, () => (isDraining ? 'stopping' : places.isFull() ? 'busy' : null));
  const route = (path: string): Face => {
    if (path === '/graphql') return graphql;
    return path.startsWith('/health/') ? health : rest;
  };

  const { server, unsentBytes } = httpServer({
    route,
    onEnd: (exchange, milliseconds) => logExchange(log, exchange, milliseconds),
    onFault: (fault, { requestId }) => report(fault, requestId),
    maxConnectionsPerAddress,
    onConnectionRefused: (address) => logRefusedConnection(log, address),
  });
  try {
    if (apiToken !== undefined) await tokens.ensure(apiToken, DEFAULT_ACCOUNT);
    await listen(server, { port, host });
  } catch (error) {
    clearInterval(forget);
    await disconnect(database);
    throw error;
  }

  return {
    url: urlOf(server.address(), host),
    inFlight: places.taken,
    unsentBytes,
    tokens,
    segments,
    database,
    /** Answers what is in flight, takes nothing new, then lets the database go. */
    async stop() {
      isDraining = true;
      await drain(server, PATIENCE_MS);
      clearInterval(forget);
      await disconnect(database);
    },
  };
}

/** Where the server listens, as a person on this machine would type it. */
function urlOf(address: string | AddressInfo | null, host: string): string {
  const port = typeof address === 'object' && address ? address.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
