import { startCustomers } from './customers/server.ts';
import { compose } from './router.ts';
import { startSegments } from './segments.ts';

export interface Options {
  /** Port of the router. The subgraphs use the next two. With 0, all take any free port. */
  port: number;
  dataDir: string;
  /** Stops the start. */
  signal?: AbortSignal;
}

const portAfter = (port: number, n: number) => (port === 0 ? 0 : port + n);

/**
 * Starts both subgraphs with sample data, and composes them. Disposing of the result stops them. If a step fails, what was
 * started before is stopped.
 */
export async function startSubgraphs({ port, dataDir, signal }: Options) {
  await using started = new AsyncDisposableStack();
  const segments = await startSegments(portAfter(port, 1), dataDir, signal);
  started.defer(segments.stop);
  const customers = await startCustomers(portAfter(port, 2));
  started.defer(customers.stop);
  signal?.throwIfAborted();
  const supergraphSdl = await compose([
    { name: 'segments', url: segments.url },
    { name: 'customers', url: customers.url },
  ]);

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
  await segments.addMembers(spenders, ['c1', 'c2', 'c3']);
  await segments.addMembers(newcomers, ['c3', 'c4']);
  customers.manage(spenders, 'Alan');
  signal?.throwIfAborted();

  const parts = started.move();
  return {
    supergraphSdl,
    segments,
    customers,
    ids: { spenders, newcomers },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
