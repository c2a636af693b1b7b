import { startCustomers } from './customers/server.ts';
import { compose, startRouter } from './router.ts';
import { startSegments } from './segments.ts';

interface Options {
  /** Port of the router. The subgraphs use the next two. With 0, all take any free port. */
  port: number;
  dataDir: string;
  onPlan?: (plan: string) => void;
  /** Stops the start. */
  signal?: AbortSignal;
}

const portAfter = (port: number, n: number) => (port === 0 ? 0 : port + n);

/**
 * Starts both subgraphs with sample data, and a router in front. Disposing of the result stops them. If a step fails, what was
 * started before is stopped.
 */
export async function startSupergraph({ port, dataDir, onPlan, signal }: Options) {
  await using started = new AsyncDisposableStack();
  const segments = await startSegments(portAfter(port, 1), dataDir, signal);
  started.defer(segments.stop);
  const customers = await startCustomers(portAfter(port, 2));
  started.defer(customers.stop);
  signal?.throwIfAborted();
  const subgraphs = [
    { name: 'segments', url: segments.url },
    { name: 'customers', url: customers.url },
  ];
  const supergraphSdl = await compose(subgraphs);
  const router = await startRouter(supergraphSdl, port, onPlan);
  started.defer(router.stop);
  signal?.throwIfAborted();

  const spenders = await segments.create({
    name: 'High Spend Customers',
    criteria: 'Customers who spend more than $1000 per month',
    description: 'Target for premium product offerings',
  });
  const newcomers = await segments.create({
    name: 'New Customers',
    criteria: 'Customers who joined in the last 30 days',
    description: 'Welcome them',
  });
  customers.assign(spenders, ['c1', 'c2', 'c3']);
  customers.assign(newcomers, ['c3', 'c4']);

  const parts = started.move();
  return {
    url: router.url,
    supergraphSdl,
    segments,
    ids: { spenders, newcomers },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Sends an operation. Returns the response. */
export async function ask(url: string, query: string, headers: Record<string, string>) {
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await answer.json()) as { data?: unknown; errors?: { message: string }[] };
}

/** A query that neither subgraph could answer alone. */
export const CROSSING = `query Crossing {
  segments(first: 2) {
    nodes {
      name
      customers(first: 2) {
        nodes { name segments { name } }
      }
    }
  }
}`;
