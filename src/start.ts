import { acceptedToken } from './accepted-token.ts';
import type { Config } from './config/config.ts';
import { foldsCase } from './database/encoding.ts';
import { startEmbedded } from './embedded-postgres/server.ts';
import { startGateway } from './gateway/gateway.ts';
import { keptToken } from './kept-token.ts';
import { migrateFirst } from './migrate-first.ts';
import type { Parts } from './run-process.ts';
import { welcome } from './welcome.ts';

/** Starts the database if it is embedded, migrates it, and starts the gateway. Throws if a step fails. */
export async function start(
  config: Config,
  { observe, tracing, started, signal, watch }: Parts,
): Promise<void> {
  const embedded =
    config.DATABASE_URL === undefined ? await startEmbedded(config.DATA_DIR, { signal }) : null;
  started.defer(async () => embedded?.stop());
  const databaseUrl = config.DATABASE_URL ?? embedded?.url ?? '';
  await migrateFirst(databaseUrl, config, { observe, signal });
  const given = config.API_TOKEN ?? (embedded ? await keptToken(config.DATA_DIR) : undefined);
  const gateway = await startGateway({
    databaseUrl,
    poolSize: config.DATABASE_POOL_SIZE,
    host: config.HOST,
    port: config.PORT,
    isPortShared: config.PORT_SHARED,
    graphiql: config.GRAPHIQL,
    introspection: config.INTROSPECTION,
    jwt: config.JWT,
    pooler: config.DATABASE_POOLER,
    corsOrigins: config.CORS_ORIGINS,
    rateLimit: { points: config.RATE_LIMIT, store: config.RATE_LIMIT_STORE },
    maxSegmentsPerAccount: config.MAX_SEGMENTS_PER_ACCOUNT,
    maxStreamsPerAccount: config.MAX_STREAMS_PER_ACCOUNT,
    eventRetentionDays: config.EVENT_RETENTION_DAYS,
    routerSecret: config.ROUTER_SECRET,
    persistedOperations: config.PERSISTED_OPERATIONS,
    maxConnectionsPerAddress: config.MAX_CONNECTIONS_PER_ADDRESS,
    deliveries: config.DELIVERIES,
    destinations: { allowPrivate: config.WEBHOOK_ALLOW_PRIVATE, ports: config.WEBHOOK_PORTS },
    apiToken: given,
    observe,
    tracing,
  });
  started.defer(gateway.stop);
  watch?.(gateway);
  signal.throwIfAborted();
  if (!(await foldsCase(gateway.database.$client))) observe({ kind: 'case_knows_ascii_only' });
  const apiToken = await acceptedToken(gateway, given, config, observe);
  observe({ kind: 'listening', url: gateway.url });
  if (embedded && apiToken !== undefined) welcome(gateway.url, apiToken, config);
}
