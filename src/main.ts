import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { newToken } from './accounts/token.ts';
import type { Config } from './config.ts';
import { type Embedded, startEmbedded } from './database/embedded/server.ts';
import { foldsCase } from './database/encoding.ts';
import { migrate } from './database/migrate.ts';
import { startGateway } from './gateway.ts';
import { wrongOperations } from './graphql/operation-check.ts';
import { schema } from './graphql/schema.ts';
import { type Log, standardLog } from './operations/log.ts';
import { WrongConfig } from './wrong-config.ts';

/** Longer than the parts may take that have limits of their own: requests in flight, the pool, the embedded Postgres. */
const LONGEST_STOP_MS = 25_000;

/**
 * The heap grows by 60 % of what lives in it before old garbage is looked for, and not by three times as on a machine with
 * much memory: after hostile requests 257 MB are resident, and not 455. Ordinary requests a second are the same.
 */
const HEAP = '--heap-growing-percent=60';

/**
 * V8's middle compiler makes the first minute a quarter faster; but it took 600 MB for what graphql-jit makes of fifty
 * operations of twenty aliases, and never gave them back. Later, the gateway is as fast without it.
 */
const NO_MIDDLE_COMPILER = '--no-maglev';
const WARM_UP_MS = 60_000;

/** The gateway as a process, to the last answer. Settles when it listens. Throws WrongConfig for operations that could never run. */
export async function serve(config: Config): Promise<void> {
  const wrong = wrongOperations(schema, config.PERSISTED_OPERATIONS ?? new Map());
  if (wrong.length > 0) throw new WrongConfig(wrong.map((why) => `PERSISTED_OPERATIONS: ${why}`).join('\n'));
  setFlagsFromString(HEAP);
  setTimeout(() => setFlagsFromString(NO_MIDDLE_COMPILER), WARM_UP_MS).unref();
  const { log, end } = standardLog(config.LOG_LEVEL);
  const quit = () => process.exit(1); // nothing to finish yet; the embedded Postgres goes with the process
  process.once('SIGTERM', quit).once('SIGINT', quit);
  const embedded = config.DATABASE_URL === undefined ? await startEmbedded(config.DATA_DIR) : null;
  try {
    const stop = await serveFrom(config.DATABASE_URL ?? embedded?.url ?? '', embedded, config, log);
    process.off('SIGTERM', quit).off('SIGINT', quit);
    stopOnSignal(log, async () => {
      await stop();
      await embedded?.stop();
      log.info('stopped');
      if (!(await end())) die();
    });
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

const CASE_KNOWS_ASCII_ONLY =
  'The locale of the database only knows the letters A to Z: a search for "ä" does not find "Ä". For all letters, use a database whose LC_CTYPE is that of a language, or C.UTF-8.';

/** Gives the way to stop what it started. */
async function serveFrom(databaseUrl: string, embedded: Embedded | null, config: Config, log: Log) {
  const onWait = (reason: string) => log.warn({ reason }, 'waiting for the database');
  await migrate(databaseUrl, { seconds: config.DATABASE_WAIT, onWait });
  const apiToken = config.API_TOKEN ?? (embedded ? keptToken(config.DATA_DIR) : undefined);
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
    routerSecret: config.ROUTER_SECRET,
    persistedOperations: config.PERSISTED_OPERATIONS,
    apiToken,
    log,
  });
  if (!(await foldsCase(gateway.database.$client))) log.warn(CASE_KNOWS_ASCII_ONLY);
  log.info({ url: gateway.url }, 'listening');
  if (embedded && apiToken !== undefined) welcome(gateway.url, apiToken, config);
  return gateway.stop;
}

/** The token of the embedded database: made by its first start, and kept where only its owner can read it. */
function keptToken(dataDir: string): string {
  const file = join(dataDir, 'token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    const token = newToken();
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    return token;
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

/** The first SIGTERM or Ctrl-C stops in good order. npm passes Ctrl-C on, so a second one says nothing new. */
function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(die, LONGEST_STOP_MS).unref(); // however stuck a part of it is
    log.info({ signal }, 'stopping');
    await stop();
    process.exit(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** Ends the process where `process.exit` can't: it waits for a write to standard output that nobody reads. */
const die = () => process.kill(process.pid, 'SIGKILL');
