import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sample, WITHOUT_EVENTS } from './data.ts';
import { CREATE, type Face, LIST, RETRIEVE, type Sent, type Workload } from './workloads.ts';

export interface System {
  name: string;
  faces: Face[];
  command: string[];
  /** Names of workloads that it does not support. */
  lacks?: string[];
  /** Headers that identify the caller. */
  headers(sample: Sample): Record<string, string>;
  /** Translates a request to its own API. */
  translate?(sent: Sent, sample: Sample): Sent;
}

const byAccount = ({ account }: Sample) => ({ 'x-account': account });
const peer = (file: string) => ['node', `systems/${file}.ts`];

export const systems: System[] = [
  {
    name: 'segments-gateway',
    faces: ['rest', 'graphql'],
    command: ['node', '--min-semi-space-size=64', '--max-semi-space-size=64', '../dist/cli.js', 'serve'],
    headers: ({ token }) => ({ authorization: `Bearer ${token}` }),
  },
  { name: 'floor: node:http + pg', faces: ['rest'], command: peer('floor'), headers: byAccount },
  { name: 'Fastify + pg', faces: ['rest'], command: peer('fastify'), headers: byAccount },
  { name: 'Hono + Drizzle', faces: ['rest'], command: peer('hono'), headers: byAccount },
  { name: 'Mercurius + JIT', faces: ['graphql'], command: peer('mercurius'), headers: byAccount },
  {
    name: 'Apollo Server',
    faces: ['graphql'],
    command: peer('apollo'),
    headers: byAccount,
    translate: atRoot,
  },
  {
    name: 'Yoga + Pothos + Drizzle',
    faces: ['graphql'],
    command: peer('yoga'),
    lacks: ['_entities of 100'],
    headers: byAccount,
  },
  {
    name: 'PostGraphile',
    faces: ['graphql'],
    command: peer('postgraphile'),
    lacks: ['_entities of 100', 'nodes of 100', '20 aliases'],
    headers: byAccount,
    translate: toPostGraphile,
  },
];

/** Apollo's standalone server is served at the root. */
function atRoot(sent: Sent): Sent {
  return { ...sent, path: '/' };
}

/** PostGraphile names fields after the table. The translated request is for the same rows. */
function toPostGraphile(sent: Sent, { account }: Sample): Sent {
  const { query, variables } = sent.body as { query: string; variables: Record<string, unknown> };
  const fields = 'id: rowId name criteria description createdAt updatedAt';
  if (query === RETRIEVE) {
    const text = `query ($account: String!, $id: String!) { segment: segmentByAccountIdAndRowId(accountId: $account, rowId: $id) { ${fields} } }`;
    return { ...sent, body: { query: text, variables: { account, id: variables.id } } };
  }
  if (query === LIST) {
    const text = `query ($account: String!, $first: Int) { segments: allSegments(condition: { accountId: $account }, first: $first, orderBy: ROW_ID_DESC) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
    return { ...sent, body: { query: text, variables: { account, ...variables } } };
  }
  if (query !== CREATE) return sent;
  const now = new Date().toISOString();
  const text =
    'mutation ($segment: SegmentInput!) { createSegment: createSegment(input: { segment: $segment }) { segment { id name } } }';
  const segment = { ...(variables.input as object), accountId: account, createdAt: now, updatedAt: now };
  return { ...sent, body: { query: text, variables: { segment } } };
}

/** Whether a system takes part in a workload. PostGraphile does not generate ids, so it does not take part in `create`. */
export const takesPart = ({ name, faces, lacks = [] }: System, workload: Workload): boolean =>
  faces.includes(workload.face) &&
  !lacks.includes(workload.name) &&
  !(name === 'PostGraphile' && workload.name === 'create');

export interface Started {
  system: System;
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a system in production mode. */
export function launch(system: System, databaseUrl: string, port: number, more: Record<string, string> = {}) {
  const [program = '', ...args] = system.command;
  const child: ChildProcess = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: `${port}`,
      DATABASE_URL: databaseUrl,
      // Peers have no event log: the trigger that logs writes for them would slow them down.
      ...(system.name !== 'segments-gateway' && { PGOPTIONS: WITHOUT_EVENTS }),
      ...more,
    },
  });
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await exited;
      clearTimeout(late);
    },
  };
}

/** Starts a system and waits until it answers. */
export async function start(
  system: System,
  databaseUrl: string,
  port: number,
  more?: Record<string, string>,
): Promise<Started> {
  const { child, url, stop } = launch(system, databaseUrl, port, more);
  for (let i = 0; i < 200 && child.exitCode === null; i++) {
    if (await fetch(url).catch(() => null)) return { system, url, pid: child.pid ?? 0, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`${system.name} did not start.`);
}
