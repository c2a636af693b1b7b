import { startRouter } from './router.ts';
import { type Options, startSubgraphs } from './subgraphs.ts';

/** Starts both subgraphs and a router in front. Disposing of the result stops them. */
export async function startSupergraph({ onPlan, ...options }: Options & { onPlan?: (plan: string) => void }) {
  await using started = new AsyncDisposableStack();
  const subgraphs = started.use(await startSubgraphs(options));
  const router = await startRouter(subgraphs.supergraphSdl, options.port, onPlan);
  started.defer(router.stop);
  options.signal?.throwIfAborted();

  const parts = started.move();
  return { ...subgraphs, url: router.url, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Sends an operation. Returns the response. */
export async function ask(url: string, query: string, headers: Record<string, string>) {
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await answer.json()) as Answer;
}

/** A query that neither subgraph could answer alone. */
export const CROSSING = `query Crossing {
  customer(id: "c3") {
    name
    segments(first: 2) {
      nodes {
        name
        members(first: 2) { nodes { customer { name } } }
      }
    }
  }
}`;
