import { setFlagsFromString } from 'node:v8';
import { configureApiToken } from './accounts/api-token.ts';
import type { Config } from './config/config.ts';
import { foldsCase } from './database/encoding.ts';
import { migrate } from './database/migrate.ts';
import { startEmbedded } from './embedded-postgres/server.ts';
import { type Gateway, startGateway } from './gateway/gateway.ts';
import { wrongOperations } from './graphql/limits/operation-check.ts';
import { schema } from './graphql/schema.ts';
import { keptToken, renewedToken } from './kept-token.ts';
import type { Observe } from './observation.ts';
import { stopSignal } from './stop-signal.ts';
import { standardLog } from './telemetry/log.ts';
import { records } from './telemetry/records.ts';
import { WrongConfig } from './wrong-config.ts';

/** Longer than the parts may take that have limits of their own: requests in flight, the pool, the embedded Postgres. */
const MAX_STOP_MS = 25_000;

/**
 * The heap grows by 60 % of what lives in it before old garbage is looked for, and not by three times as on a machine with
 * much memory: after hostile requests 257 MB are resident, and not 455. Ordinary requests a second are the same.
 */
const HEAP = '--heap-growing-percent=60';

/**
 * The gateway as a process, from the first step to the last answer: it settles, or ends the process, once everything that
 * it started has stopped. A signal to stop counts in each step of the start; then it is as if it had never begun.
 * Throws where a step fails, after what was started before it has stopped.
 */
export async function serve(config: Config): Promise<void> {
  const wrong = wrongOperations(schema, config.PERSISTED_OPERATIONS ?? new Map());
  if (wrong.length > 0) throw new WrongConfig(wrong.map((why) => `PERSISTED_OPERATIONS: ${why}`).join('\n'));
  setFlagsFromString(HEAP);
  process.stderr.on('error', () => {}); // who read it is gone: that is no reason to end
  const { log, end } = standardLog(config.LOG_LEVEL);
  const { observe, flush } = records(log);
  const { signal, stopped } = stopSignal();
  const started = new AsyncDisposableStack();
  try {
    await start(config, observe, started, signal);
    await stopped;
  } catch (error) {
    if (!signal.aborted) throw error; // otherwise it is what a stop in the middle of the start leads to
  } finally {
    setTimeout(die, MAX_STOP_MS).unref(); // however stuck a part of it is
    if (signal.aborted) observe({ kind: 'stopping', signal: String(signal.reason) });
    await started.disposeAsync();
    flush();
    if (signal.aborted) observe({ kind: 'stopped' });
    if (!(await end()) && signal.aborted) die();
  }
  process.exit(0);
}

/** Starts one part after the other. Puts the way to stop each on the stack, as soon as it is there. */
async function start(config: Config, observe: Observe, started: AsyncDisposableStack, signal: AbortSignal) {
  const embedded =
    config.DATABASE_URL === undefined ? await startEmbedded(config.DATA_DIR, { signal }) : null;
  started.defer(async () => embedded?.stop());
  const databaseUrl = config.DATABASE_URL ?? embedded?.url ?? '';
  const mayBeNewer = config.DATABASE_NEWER === 'serve';
  await migrate(databaseUrl, {
    seconds: config.DATABASE_WAIT,
    observe,
    signal,
    mayBeNewer,
    pooler: config.DATABASE_POOLER,
  });
  const given = config.API_TOKEN ?? (embedded ? await keptToken(config.DATA_DIR) : undefined);
  const gateway = await startGateway({
    databaseUrl,
    poolSize: config.DATABASE_POOL_SIZE,
    host: config.HOST,
    port: config.PORT,
    graphiql: config.GRAPHIQL,
    introspection: config.INTROSPECTION,
    jwt: config.JWT,
    pooler: config.DATABASE_POOLER,
    corsOrigins: config.CORS_ORIGINS,
    rateLimit: { points: config.RATE_LIMIT, store: config.RATE_LIMIT_STORE },
    maxSegmentsPerAccount: config.MAX_SEGMENTS_PER_ACCOUNT,
    routerSecret: config.ROUTER_SECRET,
    persistedOperations: config.PERSISTED_OPERATIONS,
    maxConnectionsPerAddress: config.MAX_CONNECTIONS_PER_ADDRESS,
    apiToken: given,
    observe,
  });
  started.defer(gateway.stop);
  signal.throwIfAborted();
  if (!(await foldsCase(gateway.database.$client))) observe({ kind: 'case_knows_ascii_only' });
  const apiToken = await acceptedToken(gateway, given, config, observe);
  observe({ kind: 'listening', url: gateway.url });
  if (embedded && apiToken !== undefined) welcome(gateway.url, apiToken, config);
}

/**
 * The token that callers can use. If API_TOKEN has ended, the gateway starts without it: a restart must not turn the
 * revocation of one token into an outage for all callers. The embedded database gets a new token instead.
 */
async function acceptedToken(gateway: Gateway, given: string | undefined, config: Config, observe: Observe) {
  const { apiToken: state, database } = gateway;
  if (given === undefined || !state || (state.isLive && !state.endsAt)) return given;
  if (config.API_TOKEN !== undefined) {
    const kind = state.isLive ? 'api_token_ending' : 'api_token_not_accepted';
    observe({ kind, tokenId: state.id, endsAt: state.endsAt });
    return state.isLive ? given : undefined;
  }
  try {
    const renewed = await renewedToken(config.DATA_DIR);
    await configureApiToken(database, renewed, () => {});
    return renewed;
  } catch {
    // The disk is full, or the database is read-only: other tokens can still read.
    observe({ kind: 'kept_token_not_renewed' });
    return undefined;
  }
}

/** For the person at the terminal. Standard error, so that standard output stays JSON lines. */
function welcome(url: string, token: string, { DATA_DIR, GRAPHIQL }: Config): void {
  const page = GRAPHIQL ? `\nGraphiQL: ${url}/graphql (put the same Authorization under Headers)\n` : '';
  process.stderr.write(`
segments-gateway is ready, on its own Postgres in ${DATA_DIR}. Try it:

  curl ${url}/v1/customer-segments -H "Authorization: Bearer ${token}"
${page}
`);
}

/** Ends the process where `process.exit` can't: it waits for a write to standard output that nobody reads. */
const die = () => process.kill(process.pid, 'SIGKILL');
