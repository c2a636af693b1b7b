import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, urlOf } from '../http/listen.ts';
import type { Observe } from '../observation.ts';
import type { WhyNotReady } from './health.ts';
import { metrics } from './metrics/metrics.ts';
import type { Names } from './metrics/names.ts';
import type { Vitals } from './vitals.ts';

/** What the operators of a process can read on a port of its own. */
export interface Admin {
  url: string;
  /** Receives what is to be measured. */
  observe: Observe;
  /** Shows a gateway from now on. Until then, the process is not ready. */
  watch(gateway: { vitals: Vitals; whyNotReady: WhyNotReady }): void;
  stop(): void;
}

interface Options {
  host: string;
  port: number;
  names: Names;
  version: string;
  /** Receives the faults of this server, so that they are logged. */
  log: Observe;
}

/** Scrapers are few, quick and small. Others are cut off, so that they can keep neither memory nor connections. */
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8 * 1024,
};
const MAX_CONNECTIONS = 64;
/** Max milliseconds that the metrics are old. They are collected once in this time, however often they are requested. */
const MAX_AGE_MS = 100;

/**
 * Serves `/metrics` (Prometheus), `/live` and `/ready` without a token. Starts before everything else of the process and stops
 * last, so that its start and its stop can be watched. Throws if it cannot listen: see `listen`.
 */
export async function startAdmin({ host, port, names, version, log }: Options): Promise<Admin> {
  const measured = metrics(names, version);
  let whyNotReady: WhyNotReady = async () => 'starting';
  let collected = Number.NEGATIVE_INFINITY;
  let text = Promise.resolve('');

  const recentText = (): Promise<string> => {
    const now = performance.now();
    if (now - collected > MAX_AGE_MS) {
      collected = now;
      text = measured.text();
    }
    return text;
  };

  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/metrics': async () => ({ status: 200, type: measured.contentType, body: await recentText() }),
    '/live': async () => health(null),
    '/ready': async () => health(await whyNotReady()),
  };

  const server = createServer(LIMITS, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    const failed = (error: unknown) => {
      for (const observe of [measured.observe, log]) observe({ kind: 'fault', error });
      return FAILED;
    };
    const answer = isRead(request) ? (page?.().catch(failed) ?? NOT_FOUND) : NOT_ALLOWED;
    Promise.resolve(answer).then((written) => write(request, response, written));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, { host, port, prefix: 'ADMIN_' });

  return {
    url: urlOf(server, host),
    observe: measured.observe,
    watch(gateway) {
      measured.watch(gateway.vitals);
      ({ whyNotReady } = gateway);
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Page {
  status: number;
  type: string;
  body: string;
}

const say = (status: number, text: string): Page => ({
  status,
  type: 'application/json',
  body: JSON.stringify({ status: text }),
});

/** Says `ok`, or why not. */
const health = (reason: string | null): Page => (reason === null ? say(200, 'ok') : say(503, reason));
const NOT_FOUND = say(404, 'not found');
const NOT_ALLOWED = say(405, 'method not allowed');
const FAILED = say(500, 'failed');

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

function write(request: IncomingMessage, response: ServerResponse, { status, type, body }: Page): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD' }),
    // What a body would contain is not read.
    ...(!isRead(request) && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
