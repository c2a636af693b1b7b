import { type ApiToken, configureApiToken } from '../accounts/api-token.ts';
import { ensuredToken } from '../accounts/ensured-token.ts';
import { tokenStore } from '../accounts/token-store.ts';
import { followClock } from '../database/clock.ts';
import { connect, disconnect, type Pooler } from '../database/connect.ts';
import { listen, urlOf } from '../http/listen.ts';
import { drain, httpServer } from '../http/server.ts';
import { segmentQuota } from '../segments/quota.ts';
import { segmentStore } from '../segments/store.ts';
import { healthFace } from '../telemetry/health.ts';
import type { Log } from '../telemetry/log.ts';
import { records } from '../telemetry/records.ts';
import { type Admission, admission } from './admission.ts';
import { startChore } from './chore.ts';
import { faces, type Open } from './faces.ts';
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
  log: Log;
}

/** How long requests in flight may take to be answered once the gateway stops. */
const PATIENCE_MS = 10_000;

/** When idempotency keys that are too old are forgotten: soon after the start, then often, so that it is never long work. */
const FORGET = { firstMs: 10_000, everyMs: 10 * 60_000 };

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
  log,
  places: maxPlaces,
  bodies: maxBodies,
  maxConnectionsPerAddress = Number.POSITIVE_INFINITY,
  ...admitted
}: Options) {
  const logged = records(log);
  const onFault = (fault: unknown) => logged.fault(fault);
  const report = logged.fault;
  const database = connect({ url: databaseUrl, poolSize, pooler, onIdleError: onFault });
  const clock = await followClock(database);
  const segments = segmentStore(database, clock.now);
  const tokens = tokenStore(database, onFault);
  const forgetting =
    isForgetful &&
    startChore({
      ...FORGET,
      onFault,
      async work(signal) {
        const start = performance.now();
        const keys = await segments.forgetIdempotencyKeys(signal);
        if (keys > 0)
          log.info({ keys, ms: Math.round(performance.now() - start) }, 'forgot idempotency keys');
      },
    });
  let isDraining = false;

  const quota = maxSegmentsPerAccount ? segmentQuota(maxSegmentsPerAccount, segments.countUpTo) : undefined;
  const shared = { segments, quota, report };
  const places = placesFor({ places: maxPlaces, bodies: maxBodies });
  const contextOf = admission(admitted, { database, tokens, shared, onFault, places });
  const route = faces({
    ...{ graphiql, introspection, persistedOperations, corsOrigins, contextOf, report },
    isForRouter: admitted.routerSecret !== undefined,
    health: healthFace(database, () => (isDraining ? 'stopping' : places.isFull() ? 'busy' : null)),
  });
  const { server, unsentBytes } = httpServer({
    route,
    onEnd: logged.exchange,
    onFault: (fault, { requestId }) => report(fault, requestId),
    maxConnectionsPerAddress,
    onConnectionRefused: logged.refusedConnection,
  });
  let configured: ApiToken | undefined;
  let stopEnsuring = () => {};
  try {
    if (apiToken !== undefined) {
      const configure = async () => {
        configured = await configureApiToken(database, apiToken, onFault);
      };
      stopEnsuring = await ensuredToken(configure, {
        onWait: (reason) =>
          log.warn({ reason }, 'API_TOKEN is not valid yet: the database cannot be written'),
        onFault,
      });
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
      logged.flush();
    },
  };
}
