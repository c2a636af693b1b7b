import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listening } from './listening.ts';
import { startSubgraphs } from './subgraphs.ts';

type Router = (supergraphSdl: string, dataDir: string) => Promise<{ url: string; stop: () => Promise<void> }>;
export type CountedSupergraph = Awaited<ReturnType<typeof startCountedSupergraph>>;

/**
 * Starts both subgraphs and a router for a test. `requests` gets the name of a subgraph for each request that the router sends
 * to it. Disposing of the result stops everything.
 */
export async function startCountedSupergraph(startRouter: Router) {
  await using started = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'supergraph-'));
  started.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const subgraphs = started.use(await startSubgraphs({ port: 0, dataDir }));
  const requests: string[] = [];
  let { supergraphSdl } = subgraphs;
  for (const name of ['segments', 'customers'] as const) {
    const proxy = await countingProxy(subgraphs[name].url, () => requests.push(name));
    started.defer(proxy.stop);
    supergraphSdl = supergraphSdl.replaceAll(subgraphs[name].url, proxy.url);
  }
  const router = await startRouter(supergraphSdl, dataDir);
  started.defer(router.stop);

  const parts = started.move();
  return { ...subgraphs, url: router.url, requests, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Starts a proxy that calls `onRequest` for each request. */
async function countingProxy(target: string, onRequest: () => void) {
  const { pathname } = new URL(target);
  const server = createServer((incoming, response) => {
    onRequest();
    const { method, headers } = incoming;
    const outgoing = request(target, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  const { url, stop } = await listening(server, 0);
  return { url: `${url}${pathname}`, stop };
}
