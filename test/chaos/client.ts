import { randomUUID } from 'node:crypto';
import { authorization } from '../process/gateway-process.ts';

/** What became of a request. One that was refused or not applied changed nothing; an unknown one may have been applied. */
export type Outcome<Value> = { done: Value } | { refused: string } | 'not applied' | 'unknown';

/** A draft of a segment. Its description is unique and identifies the request that created the segment. */
export interface Marked {
  name: string;
  criteria: string;
  description: string;
}

export const marked = (): Marked => ({ name: 'n', criteria: '0', description: randomUUID() });

const PATIENCE_MS = 4_000;

/**
 * The writes of one face, each with its outcome. It is unknown if there is no answer, or the answer is a fault. The request id
 * is that of the event in the log, if the write is applied.
 */
export interface Client {
  create(draft: Marked, idempotencyKey: string, requestId?: string): Promise<Outcome<string>>;
  /** Returns the new version of the segment. */
  update(id: string, criteria: string, requestId?: string): Promise<Outcome<number>>;
  remove(id: string, requestId?: string): Promise<Outcome<true>>;
  /** Adds customers to a segment, or removes them. Returns how many it changed. */
  change(
    id: string,
    verb: 'add' | 'remove',
    customerIds: string[],
    requestId: string,
  ): Promise<Outcome<number>>;
}

/** Replaces the members of a segment over REST. Returns how many were added and removed. */
export type Replace = (id: string, customerIds: string[], requestId: string) => Promise<Outcome<number>>;

export function restClient(url: () => string): Client & { replace: Replace } {
  const send = async <Value>(
    path: string,
    init: RequestInit & { headers?: Record<string, string> },
    requestId: string | undefined,
    read: (response: Response) => Promise<Value> | Value,
  ): Promise<Outcome<Value>> => {
    try {
      const headers = { ...headersOf(requestId), ...init.headers };
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(`${url()}/v1/customer-segments${path}`, { ...init, headers, signal });
      if (response.ok) return { done: await read(response) };
      const { code, outcome } = (await response.json()) as { code: string; outcome?: string };
      if (outcome === 'not_applied') return 'not applied';
      return response.status < 500 && response.status !== 409 ? { refused: code } : 'unknown';
    } catch {
      return 'unknown';
    }
  };
  return {
    create: (draft, key, requestId) =>
      send(
        '',
        { method: 'POST', body: JSON.stringify(draft), headers: { 'idempotency-key': key } },
        requestId,
        async (response) => ((await response.json()) as { id: string }).id,
      ),
    update: (id, criteria, requestId) =>
      send(`/${id}`, { method: 'PUT', body: JSON.stringify({ criteria }) }, requestId, (response) =>
        Number(response.headers.get('etag')?.replaceAll('"', '')),
      ),
    remove: (id, requestId) => send(`/${id}`, { method: 'DELETE' }, requestId, () => true as const),
    change: (id, verb, customerIds, requestId) =>
      send(
        `/${id}/members`,
        { method: 'POST', body: JSON.stringify({ [verb]: customerIds }) },
        requestId,
        changed,
      ),
    replace: (id, customerIds, requestId) =>
      send(
        `/${id}/members`,
        { method: 'PUT', body: customerIds.join('\n'), headers: { 'content-type': 'text/plain' } },
        requestId,
        changed,
      ),
  };
}

async function changed(response: Response): Promise<number> {
  const { added, removed } = (await response.json()) as { added: number; removed: number };
  return added + removed;
}

const headersOf = (requestId: string = randomUUID()) => ({
  ...authorization,
  'content-type': 'application/json',
  'x-request-id': requestId,
});

interface Answer {
  data?: Record<string, Payload> | null;
  errors?: { extensions: { outcome?: string } }[];
}

interface Payload {
  __typename: string;
  segment?: { id: string; version: number };
  changed?: number;
}

const SEGMENT = 'segment { id version }';

export function graphqlClient(url: () => string): Client {
  const mutate = async <Value>(
    field: string,
    fields: string,
    input: object,
    requestId: string | undefined,
    read: (payload: Payload) => Value | undefined,
  ): Promise<Outcome<Value>> => {
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    const query = `mutation ($input: ${name}Input!) { ${field}(input: $input) { __typename ... on ${name}Payload { ${fields} } } }`;
    try {
      const response = await fetch(`${url()}/graphql`, {
        method: 'POST',
        headers: headersOf(requestId),
        body: JSON.stringify({ query, variables: { input } }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { data, errors } = (await response.json()) as Answer;
      if (errors?.[0]?.extensions.outcome === 'not_applied') return 'not applied';
      const payload = data?.[field];
      if (!payload) return 'unknown';
      const done = read(payload);
      return done === undefined ? { refused: payload.__typename } : { done };
    } catch {
      return 'unknown';
    }
  };
  return {
    create: (draft, idempotencyKey, requestId) =>
      mutate('createSegment', SEGMENT, { ...draft, idempotencyKey }, requestId, ({ segment }) => segment?.id),
    update: (id, criteria, requestId) =>
      mutate('updateSegment', SEGMENT, { id, criteria }, requestId, ({ segment }) => segment?.version),
    remove: (id, requestId) =>
      mutate('deleteSegment', SEGMENT, { id }, requestId, ({ segment }) => (segment ? true : undefined)),
    change: (segmentId, verb, customerIds, requestId) =>
      mutate(
        `${verb}SegmentMembers`,
        `changed: ${verb === 'add' ? 'added' : 'removed'}`,
        { segmentId, customerIds },
        requestId,
        (payload) => payload.changed,
      ),
  };
}
