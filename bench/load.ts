import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sample } from './data.ts';
import type { Started } from './systems.ts';
import type { Sent, Workload } from './workloads.ts';

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'segments-bench-'));
const REQUESTS = 400;
try {
  execFileSync('sh', ['-c', 'command -v wrk']);
} catch {
  throw new Error('The load comes from wrk: install it (Debian: apt-get install wrk).');
}
const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());

export interface Measured {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  serverMicros: number;
  postgresMicros: number;
  rss: number;
}

/** The requests of a workload as a system takes them, with the caller's headers. */
export function requestsOf({ system }: Started, workload: Workload, samples: Sample[]) {
  return Array.from({ length: REQUESTS }, (_, nth) => {
    const sample = samples[nth % samples.length];
    if (!sample) throw new Error('There are no samples.');
    const sent = workload.request(sample, Math.floor(nth / samples.length) + nth);
    return { sent: system.translate?.(sent, sample) ?? sent, headers: system.headers(sample) };
  });
}

/** Loads a system with a workload for so many seconds. Throws if any answer is not a success. */
export async function measure(
  started: Started,
  workload: Workload,
  samples: Sample[],
  { connections, seconds, postmaster }: { connections: number; seconds: number; postmaster: number },
): Promise<Measured> {
  const script = join(folder, `${started.pid}.lua`);
  writeFileSync(script, luaOf(requestsOf(started, workload, samples)));
  const before = { server: cpu(started.pid), postgres: cpuOfChildren(postmaster) };
  const { stdout } = await execute('wrk', [
    ...['-t', '1', '-c', `${connections}`, '-d', `${seconds}s`, '--latency', '-s', script, started.url],
  ]);
  const server = cpu(started.pid) - before.server;
  const used = usedBetween(before.postgres, cpuOfChildren(postmaster));
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(stdout);
  if (failed) throw new Error(`${started.system.name}, ${workload.name}: ${failed[0]}`);
  const total = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const micros = (ticks: number) => (ticks / TICKS / total) * 1e6;
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50: milliseconds(/^\s+50%\s+(\S+)/m.exec(stdout)?.[1]),
    p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(stdout)?.[1]),
    serverMicros: micros(server),
    postgresMicros: micros(used),
    rss: rssOf(started.pid),
  };
}

/** Resident memory of a process, in MB. */
export const rssOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

function luaOf(requests: { sent: Sent; headers: Record<string, string> }[]): string {
  const lines = requests.map(({ sent, headers }) => {
    const body = sent.body ? lua(JSON.stringify(sent.body)) : 'nil';
    const all = { ...headers, ...(sent.body && { 'Content-Type': 'application/json' }) };
    const table = Object.entries(all).map(([name, value]) => `[ ${lua(name)} ]=${lua(value)}`);
    return `wrk.format(${lua(sent.method)}, ${lua(sent.path)}, {${table}}, ${body})`;
  });
  return `local all = {}\ninit = function()\n${lines.map((line) => `all[#all + 1] = ${line}`).join('\n')}\nend
local i = 0\nrequest = function() i = i % #all + 1; return all[i] end\n`;
}

/** A text in Lua's long brackets, which know no escapes. */
const lua = (text: string) => `[==[${text}]==]`;

function milliseconds(text = ''): number {
  const value = Number.parseFloat(text);
  if (text.endsWith('us')) return value / 1000;
  return text.endsWith('ms') ? value : value * 1000;
}

/** User and system time of a process, in the kernel's ticks. */
function cpu(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** The same of each child of a process. */
function cpuOfChildren(parent: number): Map<number, number> {
  const children = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      if (Number(stat[1]) === parent) children.set(Number(name), cpu(Number(name)));
    } catch {} // it ended in between
  }
  return children;
}

/** What the children used between two looks; one that ended in between is left out. */
function usedBetween(before: Map<number, number>, after: Map<number, number>): number {
  return [...after].reduce((sum, [pid, ticks]) => sum + ticks - (before.get(pid) ?? 0), 0);
}
