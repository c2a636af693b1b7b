import type { Config } from './config/config.ts';
import type { UnknownVariable } from './config/unknown-variables.ts';
import { startDeliverer } from './gateway/deliverer.ts';
import { migrateFirst } from './migrate-first.ts';
import { runProcess } from './run-process.ts';
import { WrongConfig } from './wrong-config.ts';

const NEEDS_URL =
  'DATABASE_URL must be set for `segments deliver`, which delivers for the gateways of the same database; it is not set.';
/** Any time that a timer can have. */
const LONG_MS = 2 ** 30;

/**
 * Delivers webhooks as this process, and serves no API, until a signal asks it to stop: see `runProcess`. Throws WrongConfig if there is
 * no DATABASE_URL: the embedded database belongs to a gateway, which delivers itself.
 */
export async function deliver(config: Config, unknown: readonly UnknownVariable[]): Promise<void> {
  const { DATABASE_URL: databaseUrl } = config;
  if (databaseUrl === undefined) throw new WrongConfig(NEEDS_URL);
  await runProcess(config, unknown, async ({ observe, tracing, started, signal, watch }) => {
    const alive = setInterval(() => {}, LONG_MS); // nothing else keeps the process while the database is down
    started.defer(async () => clearInterval(alive));
    await migrateFirst(databaseUrl, config, { observe, signal });
    const deliverer = await startDeliverer({
      databaseUrl,
      poolSize: config.DATABASE_POOL_SIZE,
      pooler: config.DATABASE_POOLER,
      destinations: { allowPrivate: config.WEBHOOK_ALLOW_PRIVATE, ports: config.WEBHOOK_PORTS },
      observe,
      tracing,
    });
    started.defer(deliverer.stop);
    watch?.(deliverer);
    signal.throwIfAborted();
    observe({ kind: 'delivering' });
  });
}
