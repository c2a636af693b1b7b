import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadData, postmasterOf, startPostgres } from './data.ts';
import type { Measured } from './load.ts';
import { GATEWAY, ratio } from './results.ts';
import { check, measureInTurn } from './rounds.ts';
import { type Started, start, systems } from './systems.ts';
import { workloads } from './workloads.ts';

/*
 * Measures what metrics cost: a gateway with ADMIN_PORT, which is scraped, relative to one without, in many short rounds in turn.
 * Needs the bundle in dist/. docs/metrics.md shows the results.
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
const running: Started[] = [];
const scraping = setInterval(() => {
  fetch(`http://127.0.0.1:${ADMIN_PORT}/metrics`).then(
    (response) => response.text(),
    () => {}, // not listening yet
  );
}, SCRAPE_MS);

try {
  running.push(await start(gateway, url, PORT));
  const measured = { ...gateway, name: `${GATEWAY}, metrics` };
  running.push(await start(measured, url, PORT + 1, { ADMIN_PORT: `${ADMIN_PORT}` }));
  for (const workload of workloads.filter(({ name }) => MEASURED.includes(name))) {
    for (const each of running) await check(each, workload, samples);
    const load = { connections: Number(values.connections), seconds: Number(values.seconds) };
    const [without, having] = await measureInTurn(running, workload, samples, {
      ...{ ...load, rounds: Number(values.rounds) },
      postmaster: postmasterOf(folder),
    });
    if (!without || !having) continue;
    const of = (key: keyof Measured) => {
      const { median, least, most } = ratio(having, without, key);
      return `${median.toFixed(3)} (${least.toFixed(3)} to ${most.toFixed(3)})`;
    };
    console.log(
      `  with metrics × requests/s ${of('requestsPerSecond')}, processor time ${of('serverMicros')}`,
    );
  }
} finally {
  clearInterval(scraping);
  for (const each of running) await each.stop();
  await postgres.stop();
}
