import { expect } from 'vitest';
import { administer } from '../postgres.ts';
import { type Environment, type processes, type Running, TOKEN } from '../process/gateway-process.ts';
import { killablePostgres } from './postgres.ts';
import { wireTo } from './wire.ts';

type Processes = Pick<ReturnType<typeof processes>, 'serve' | 'temporaryFolder'>;

interface Options {
  /** Variables that the gateways are started with, besides those that they need. */
  variables?: Environment;
  /** Faults of something else that a test uses. */
  others?: Readonly<Record<string, () => Promise<unknown>>>;
}

/** Starts two gateways on a Postgres of their own, all of which `inflict` makes fail. */
export async function startFaulty(
  { serve, temporaryFolder }: Processes,
  { variables, others }: Options = {},
) {
  const postgres = await killablePostgres(temporaryFolder());
  const wire = await wireTo(postgres.url);
  const environment = { DATABASE_URL: wire.url, API_TOKEN: TOKEN, ...variables };
  const gateways: [Running, Running] = [await serve(environment), await serve(environment)];
  /** Ends one of the gateways, and starts another in its place. */
  const replace = async (signal: NodeJS.Signals) => {
    const i = Math.random() < 0.5 ? 0 : 1;
    await gateways[i].end(signal);
    return async () => {
      gateways[i] = await serve(environment);
    };
  };

  const faults = Object.values<() => Promise<unknown>>({
    'Postgres is killed': () => postgres.killFor(200),
    'a gateway is killed': async () => (await replace('SIGKILL'))(),
    'Postgres is halted': () => postgres.haltFor(700),
    'all backends are terminated': () =>
      administer(
        postgres.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'segments-gateway'`,
      ),
    'all connections to Postgres are lost, with its last answers': async () => {
      wire.become('silent');
      await expect.poll(wire.received).toBeGreaterThan(0);
      wire.reset();
      wire.become('intact');
    },
    'both are killed': async () => {
      const [start] = await Promise.all([replace('SIGKILL'), postgres.killFor(100)]);
      await start();
    },
    'a gateway is stopped gracefully': async () => (await replace('SIGTERM'))(),
    ...others,
  });

  return {
    gateways,
    urls: () => gateways.map(({ url }) => url),
    /** Makes so many faults, of each kind in turn, with time for writes before, between and after them. */
    async inflict(count: number, quietPeriod: () => Promise<unknown>): Promise<void> {
      const start = Math.floor(Math.random() * faults.length);
      for (let i = 0; i < count; i++) {
        await quietPeriod();
        await faults[(start + i) % faults.length]?.();
      }
      await quietPeriod();
    },
    /** Stops the gateways, and returns the rows that a query finds in the database. */
    async stopAndRead(query: string) {
      await Promise.all(gateways.map(({ end }) => end()));
      await wire.close();
      const rows = await administer(postgres.url, query);
      await postgres.stop();
      return rows;
    },
  };
}
