import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadData, postmasterOf, startPostgres } from './data.ts';
import type { Measured } from './load.ts';
import { GATEWAY, ratio } from './results.ts';
import { check, measureInTurn } from './rounds.ts';
import { type Started, start, systems } from './systems.ts';
import { workloads } from './workloads.ts';

/*
 * Measures what metrics and traces cost: gateways that are scraped or send spans, relative to one that does neither, in many short
 * rounds in turn. Needs the bundle in dist/. docs/metrics.md and docs/tracing.md show the results.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '32' },
  },
});
const PORT = 14_150;
const ADMIN_PORT = 14_159;
/** More often than Prometheus does by default. */
const SCRAPE_MS = 5_000;
const MEASURED = ['retrieve', 'list 10'];

const gateway = systems.find(({ name }) => name === GATEWAY);
if (!gateway) throw new Error('There is no gateway.');
const folder = join(import.meta.dirname, '.data');
const postgres = await startPostgres(folder);
const { url, samples } = await loadData(postgres.url, Number(values.rows));
const collector = createServer((request, response) => request.resume().once('end', () => response.end()));
await once(collector.listen(0, '127.0.0.1'), 'listening');
const { port: collectorPort } = collector.address() as AddressInfo; // it listens on a port
const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${collectorPort}`;
const variants: Record<string, Record<string, string>> = {
  nothing: {},
  metrics: { ADMIN_PORT: `${ADMIN_PORT}` },
  'a tenth of the traces': {
    OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  },
  'all traces': { OTEL_EXPORTER_OTLP_ENDPOINT },
};
const running: Started[] = [];
const scraping = setInterval(() => {
  fetch(`http://127.0.0.1:${ADMIN_PORT}/metrics`).then(
    (response) => response.text(),
    () => {}, // not listening yet
  );
}, SCRAPE_MS);

try {
  for (const [i, [name, environment]] of Object.entries(variants).entries()) {
    running.push(await start({ ...gateway, name }, url, PORT + i, environment));
  }
  for (const workload of workloads.filter(({ name }) => MEASURED.includes(name))) {
    for (const each of running) await check(each, workload, samples);
    const load = { connections: Number(values.connections), seconds: Number(values.seconds) };
    const [without, ...others] = await measureInTurn(running, workload, samples, {
      ...{ ...load, rounds: Number(values.rounds) },
      postmaster: postmasterOf(folder),
    });
    if (!without) continue;
    for (const other of others) {
      const of = (key: keyof Measured) => {
        const { median, least, most } = ratio(other, without, key);
        return `${median.toFixed(3)} (${least.toFixed(3)} to ${most.toFixed(3)})`;
      };
      console.log(
        `  ${other.system}: requests/s x ${of('requestsPerSecond')}, processor time x ${of('serverMicros')}`,
      );
    }
  }
} finally {
  clearInterval(scraping);
  for (const each of running) await each.stop();
  collector.close();
  await postgres.stop();
}
