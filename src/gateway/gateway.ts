import { type ApiToken, configureApiToken } from '../accounts/api-token.ts';
import { ensuredToken } from '../accounts/ensured-token.ts';
import { tokenStore } from '../accounts/token-store.ts';
import { followClock } from '../database/clock.ts';
import { connect, disconnect, type Pooler } from '../database/connect.ts';
import { eventStore } from '../events/store.ts';
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
  /** The mode of the pooler in front of the database, if any. */
  pooler?: Pooler;
  /** Whether to delete periodically what is no longer kept: idempotency keys, events, and the contents of deleted segments. */
  isForgetful?: boolean;
  /** How long events are kept. */
  eventRetentionDays?: number;
  host: string;
  port: number;
  /** Max segments of an account. If omitted, there is no limit. */
  maxSegmentsPerAccount?: number | undefined;
  /** Max open connections from one address. */
  maxConnectionsPerAddress?: number;
  /** A token of the account `default` with every scope. It ends the previous one: see `configureApiToken`. */
  apiToken?: string | undefined;
  observe: Observe;
}

/** How long requests in flight may take once the gateway is stopping. */
const PATIENCE_MS = 10_000;

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Starts a gateway on a migrated database. */
export async function startGateway({
  databaseUrl,
  poolSize,
  pooler = 'none',
  isForgetful = true,
  eventRetentionDays = 30,
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
  const forgetting = isForgetful && startForgetting(database, { eventRetentionDays, observe });
  let isDraining = false;

  const quota = maxSegmentsPerAccount ? segmentQuota(maxSegmentsPerAccount, segments.countUpTo) : undefined;
  const shared = { segments, quota, events: eventStore(database) };
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
    /** The state of `apiToken` in the database; undefined if none was given, or if it is not stored yet. */
    apiToken: configured,
    ...shared,
    database,
    /** Accepts no further requests, answers those in flight, then disconnects from the database. */
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
