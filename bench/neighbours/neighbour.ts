import { caller } from './caller.ts';
import type { Account } from './target.ts';

/** How the requests of a neighbour were answered. Times are in milliseconds. */
export interface Seen {
  requests: number;
  /** Number of failures by status, code or kind of error. */
  failed: Map<string, number>;
  p50: number;
  p99: number;
}

const CONCURRENCY = 4;
const PATIENCE_MS = 10_000;
const ENTITIES =
  'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Segment { id name criteria } } }';

/** A small, steady workload of four callers for a number of seconds: list ten, retrieve, create, and ten entities in turn. */
export async function neighbour(url: string, { token, ids }: Account, seconds: number): Promise<Seen> {
  const by = caller(url, { token, address: '127.0.0.2', sockets: CONCURRENCY });
  const path = '/v1/customer-segments';
  const idAt = (n: number) => ids[n % ids.length] ?? '';
  const kinds = [
    (n: number) => ({ path: `${path}?limit=10&starting_after=${idAt(n)}` }),
    (n: number) => ({ path: `${path}/${idAt(n)}` }),
    (n: number) => ({ method: 'POST', path, body: { name: `n${n}`, criteria: 'c', description: '' } }),
    (n: number) => {
      const r = Array.from({ length: 10 }, (_, i) => ({ __typename: 'Segment', id: idAt(n + i) }));
      return { method: 'POST', path: '/graphql', body: { query: ENTITIES, variables: { r } } };
    },
  ];
  const times: number[] = [];
  const failed = new Map<string, number>();
  const end = performance.now() + seconds * 1_000;
  let n = 0;

  const one = async () => {
    while (performance.now() < end) {
      const sent = kinds[n % kinds.length]?.(n++) ?? { path };
      const start = performance.now();
      const why = await by.send(sent, AbortSignal.timeout(PATIENCE_MS)).then(failureOf, codeOf);
      times.push(performance.now() - start);
      if (why !== null) failed.set(why, (failed.get(why) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, one));
  by.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { requests: times.length, failed, p50: at(0.5), p99: at(0.99) };
}

function failureOf({ status, text }: { status: number; text: string }): string | null {
  if (status >= 300) return `${status}`;
  return text.startsWith('{"errors"') || text.includes('"errors":[') ? 'errors' : null;
}

const codeOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.name) : 'failed';
