import { type ApiToken, configureApiToken } from '../accounts/api-token.ts';
import { ensuredToken } from '../accounts/ensured-token.ts';
import { tokenStore } from '../accounts/token-store.ts';
import { followClock } from '../database/clock.ts';
import { connect, disconnect } from '../database/connect.ts';
import { startLive } from '../events/live.ts';
import { eventStore } from '../events/store.ts';
import { openStreams } from '../events/streams.ts';
import { openTransfers } from '../fairness/transfers.ts';
import { drain } from '../http/drain.ts';
import { listen, urlOf } from '../http/listen.ts';
import { httpServer } from '../http/server.ts';
import { memberStore } from '../members/store.ts';
import { segmentQuota } from '../segments/quota.ts';
import { segmentStore } from '../segments/store.ts';
import { healthFace, readiness } from '../telemetry/health.ts';
import { admission } from './admission.ts';
import { faces } from './faces.ts';
import { startForgetting } from './forgetting.ts';
import type { Options } from './options.ts';
import { placesFor } from './places.ts';
import { vitals } from './vitals.ts';
import { openWebhooks } from './webhooks.ts';

/** Max streams of events that all accounts together may have open. */
const MAX_STREAMS = 10_000;

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
  isPortShared: isShared,
  graphiql,
  introspection,
  persistedOperations,
  corsOrigins,
  maxSegmentsPerAccount,
  maxStreamsPerAccount: perAccount = 100,
  streamReviewMs: reviewMs,
  heartbeatMs,
  bodyPauseMs,
  apiToken,
  observe,
  tracing,
  places: maxPlaces,
  bodies: maxBodies,
  maxConnectionsPerAddress = Number.POSITIVE_INFINITY,
  deliveries: isDelivering = false,
  destinations: allowed,
  ...admitted
}: Options) {
  const database = connect({ url: databaseUrl, poolSize, pooler, observe, tracing });
  const clock = await followClock(database);
  const segments = segmentStore(database, clock.now);
  const tokens = tokenStore(database, observe);
  const forgetting = isForgetful && startForgetting(database, { eventRetentionDays, observe });
  let isDraining = false;

  const quota = maxSegmentsPerAccount ? segmentQuota(maxSegmentsPerAccount, segments.countUpTo) : undefined;
  const events = eventStore(database);
  const live = startLive(events, { url: databaseUrl, pooler });
  const streams = openStreams({
    ...{ perAccount, perProcess: MAX_STREAMS, reviewMs },
    onRefused: () => observe({ kind: 'limit_reached', limit: 'streams' }),
  });
  const webhooks = openWebhooks({ database, events, live, observe, isDelivering, allowed });
  const shared = {
    ...{ segments, members: memberStore(database), quota, events, streams, ...openTransfers() },
    ...{ feed: live.feed, wrote: live.wrote, ...webhooks.context },
  };
  const places = placesFor({
    ...{ places: maxPlaces, bodies: maxBodies },
    onRefused: (limit) => observe({ kind: 'limit_reached', limit }),
  });
  const whyNotReady = readiness(database, () => (isDraining ? 'stopping' : places.isFull() ? 'busy' : null));
  const contextOf = admission(admitted, { database, tokens, shared, observe, places });
  const { route, isSocket, sockets } = faces({
    ...{ graphiql, introspection, persistedOperations, corsOrigins, contextOf },
    ...{ observe, tracing, heartbeatMs, bodyPauseMs },
    isForRouter: admitted.routerSecret !== undefined,
    health: healthFace(whyNotReady),
  });
  const http = httpServer({
    route,
    isSocket,
    upgrade: sockets.upgrade,
    observe,
    tracing,
    maxConnectionsPerAddress,
  });
  const { server, unsentBytes } = http;
  let configured: ApiToken | undefined;
  let stopEnsuring = () => {};
  const stopWork = async () => {
    clock.stop();
    stopEnsuring();
    await live.stop();
    if (forgetting) await forgetting.stop();
  };
  try {
    if (apiToken !== undefined) {
      const configure = async () => {
        configured = await configureApiToken(database, apiToken, observe);
      };
      stopEnsuring = await ensuredToken(configure, { observe });
    }
    await listen(server, { port, host, isShared });
  } catch (error) {
    await stopWork();
    await disconnect(database);
    throw error;
  }
  webhooks.start(contextOf.loopOf).catch((error: unknown) => observe({ kind: 'fault', error }));

  return {
    url: urlOf(server, host),
    inFlight: places.taken,
    unsentBytes,
    tokens,
    /** The state of `apiToken` in the database; undefined if none was given, or if it is not stored yet. */
    apiToken: configured,
    ...shared,
    database,
    whyNotReady,
    vitals: vitals({ database, live, streams, places, sockets, unsentBytes, webhooks }),
    /** Accepts no further requests, answers those in flight, then disconnects from the database. */
    async stop() {
      isDraining = true;
      streams.close();
      await Promise.all([sockets.close(), drain(http, PATIENCE_MS), webhooks.stop()]);
      await stopWork();
      await tokens.writeUse();
      await disconnect(database);
    },
  };
}
