import { type ApiToken, configureApiToken } from '../accounts/api-token.ts';
import { ensuredToken } from '../accounts/ensured-token.ts';
import { tokenStore } from '../accounts/token-store.ts';
import { followClock } from '../database/clock.ts';
import { connect, disconnect, type Pooler } from '../database/connect.ts';
import { listen, urlOf } from '../http/listen.ts';
import { drain, httpServer } from '../http/server.ts';
import type { Observe } from '../observation.ts';
import { segmentQuota } from '../segments/quota.ts';
import { segmentStore } from '../segments/store.ts';
import { healthFace } from '../telemetry/health.ts';
import { type Admission, admission } from './admission.ts';
import { faces, type Open } from './faces.ts';
import { startForgetting } from './forgetting.ts';
import { type Places, placesFor } from './places.ts';

interface Options extends Admission, Places, Open {
  databaseUrl: string;
  poolSize: number;
  /** Whether a pooler stands before the database that gives each transaction another session. */
  pooler?: Pooler;
  /** Whether it forgets old idempotency keys by itself, at some moment. */
  isForgetful?: boolean;
  host: string;
  port: number;
  /** How many segments an account may have; any number, where it is left out. */
  maxSegmentsPerAccount?: number | undefined;
  /** How many connections one address may have open. */
  maxConnectionsPerAddress?: number;
  /** The only token of its kind from the first request on, for the account `default`, with every scope. */
  apiToken?: string | undefined;
  observe: Observe;
}

/** How long requests in flight may take to be answered once the gateway stops. */
const PATIENCE_MS = 10_000;

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Puts the parts together on a migrated database, and takes them apart again. */
export async function startGateway({
  databaseUrl,
  poolSize,
  pooler = 'none',
  isForgetful = true,
  host,
  port,
  graphiql,
  introspection,
  persistedOperations,
  corsOrigins,
  maxSegmentsPerAccount,
  apiToken,
  observe,
  places: maxPlaces,
  bodies: maxBodies,
  maxConnectionsPerAddress = Number.POSITIVE_INFINITY,
  ...admitted
}: Options) {
  const database = connect({ url: databaseUrl, poolSize, pooler, observe });
  const clock = await followClock(database);
  const segments = segmentStore(database, clock.now);
  const tokens = tokenStore(database, observe);
  const forgetting = isForgetful && startForgetting(database, observe);
  let isDraining = false;

  const quota = maxSegmentsPerAccount ? segmentQuota(maxSegmentsPerAccount, segments.countUpTo) : undefined;
  const shared = { segments, quota };
  const places = placesFor({ places: maxPlaces, bodies: maxBodies });
  const contextOf = admission(admitted, { database, tokens, shared, observe, places });
  const route = faces({
    ...{ graphiql, introspection, persistedOperations, corsOrigins, contextOf, observe },
    isForRouter: admitted.routerSecret !== undefined,
    health: healthFace(database, () => (isDraining ? 'stopping' : places.isFull() ? 'busy' : null)),
  });
  const { server, unsentBytes } = httpServer({
    route,
    observe,
    maxConnectionsPerAddress,
  });
  let configured: ApiToken | undefined;
  let stopEnsuring = () => {};
  try {
    if (apiToken !== undefined) {
      const configure = async () => {
        configured = await configureApiToken(database, apiToken, observe);
      };
      stopEnsuring = await ensuredToken(configure, { observe });
    }
    await listen(server, { port, host });
  } catch (error) {
    clock.stop();
    stopEnsuring();
    if (forgetting) await forgetting.stop();
    await disconnect(database);
    throw error;
  }

  return {
    url: urlOf(server, host),
    inFlight: places.taken,
    unsentBytes,
    tokens,
    /** What became of the token that it was given; undefined where it was given none. */
    apiToken: configured,
    segments,
    quota,
    database,
    /** Answers what is in flight, takes nothing new, then lets the database go. */
    async stop() {
      isDraining = true;
      await drain(server, unsentBytes, PATIENCE_MS);
      clock.stop();
      stopEnsuring();
      if (forgetting) await forgetting.stop();
      await tokens.writeUse();
      await disconnect(database);
    },
  };
}
