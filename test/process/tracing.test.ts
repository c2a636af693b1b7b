import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { startCollector } from '../telemetry/collector.ts';
import { processes, type Running, SEGMENTS, TOKEN } from './gateway-process.ts';

const { serve } = processes();

let database: Awaited<ReturnType<typeof makeDatabase>>;
let collector: Awaited<ReturnType<typeof startCollector>>;
beforeAll(async () => {
  database = await makeDatabase();
  collector = await startCollector();
});
afterAll(async () => {
  await collector.stop();
  await database.drop();
});

const SOURCES = [process.execPath, 'src/cli.ts', 'serve'];
const environment = () => ({ DATABASE_URL: database.url, API_TOKEN: TOKEN });

let count = 0;
/** A new trace: its id, and the header of a request that continues it. */
function newTrace() {
  count += 1;
  const traceId = count.toString(16).padStart(32, 'a');
  return { traceId, headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } };
}

const QUERY = 'query One($id: ID!) { segment(id: $id) { name } }';

/** Sends a request over REST, and an operation three times: it is planned when it is sent for the second time. */
async function callBoth(gateway: Running) {
  const draft = { name: 'Traced', criteria: 'any', description: '' };
  const { id } = await (await gateway.send(SEGMENTS, 'POST', draft)).json();
  const overRest = newTrace();
  await gateway.send(`${SEGMENTS}/${id}`, 'GET', undefined, overRest.headers);
  const operations = [newTrace(), newTrace(), newTrace()];
  for (const { headers } of operations) {
    const response = await gateway.send('/graphql', 'POST', { query: QUERY, variables: { id } }, headers);
    expect(await response.json()).toEqual({ data: { segment: { name: 'Traced' } } });
  }
  return { overRest, operations };
}

/** Modules of a process that have code of OpenTelemetry, in the sources or in the bundle. */
function telemetryIn({ said }: Running): string[] {
  const urls = [...said().err.matchAll(/^loaded (file:\S+)$/gm)].map(([, url = '']) => url);
  expect(urls.length).toBeGreaterThan(5);
  return urls.filter((url) =>
    /node_modules\/@opentelemetry\//.test(url + readFileSync(new URL(url), 'utf8')),
  );
}

const NOTING = {
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'loaded-modules.ts'))}`,
};

describe.each([
  ['the bundle', undefined],
  ['the sources', SOURCES],
])('a gateway from %s', (_, command) => {
  it('sends its spans to the collector, the last ones when it stops', async () => {
    const gateway = await serve(
      {
        ...environment(),
        ...NOTING,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20secret',
        OTEL_SERVICE_NAME: 'a gateway',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      },
      command,
    );
    const { overRest, operations } = await callBoth(gateway);
    expect(await gateway.end()).toBe(0);
    expect(telemetryIn(gateway).length).toBeGreaterThan(0);
    expect(collector.tree(overRest.traceId)).toEqual([
      'GET /v1/customer-segments/:id',
      '  getSegment',
      '    get_segment',
    ]);
    for (const { traceId } of operations) {
      expect(collector.tree(traceId)).toEqual([
        'POST /graphql',
        '  query',
        '    getSegment',
        '      get_segment_none',
      ]);
    }
    expect(collector.headers.at(-1)).toMatchObject({ 'api-key': 'a secret' });
    expect(collector.resources.at(-1)).toEqual({
      'deployment.environment.name': 'test',
      'service.name': 'a gateway',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.version': expect.any(String),
    });
  });

  it('loads nothing of OpenTelemetry without a collector', async () => {
    const gateway = await serve({ ...environment(), ...NOTING }, command);
    await callBoth(gateway);
    await gateway.end();
    expect(telemetryIn(gateway)).toEqual([]);
  });
});

describe('a gateway whose collector', () => {
  it('is down serves requests, and says so in one line', async () => {
    const gateway = await serve({
      ...environment(),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', // nobody listens on this port
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    });
    const lost = () =>
      gateway
        .said()
        .out.split('\n')
        .filter((line) => line.includes('"spans"'));
    await expect
      .poll(async () => {
        const { status } = await gateway.send(SEGMENTS);
        expect(status).toBe(200);
        return lost().length;
      })
      .toBe(1);
    await callBoth(gateway);
    expect(await gateway.end()).toBe(0);
    expect(lost().map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, reason: 'ECONNREFUSED', spans: expect.any(Number) },
    ]);
  });

  it('never answers stops nevertheless', async () => {
    const silent = createServer(() => {});
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo; // it listens on a port
    const gateway = await serve({
      ...environment(),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    await callBoth(gateway);
    expect(await gateway.end()).toBe(0);
    expect(gateway.said().out).toContain('"stopped"');
    silent.close();
  });
});
