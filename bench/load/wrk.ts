import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Asked, type Generator, type Load, UNIQUE } from './generator.ts';

const execute = promisify(execFile);

/** The version of wrk, if it is installed. */
export function wrkVersion(): string | null {
  try {
    return execFileSync('sh', ['-c', 'command -v wrk >/dev/null && (wrk -v 2>&1 | head -1)'])
      .toString()
      .trim();
  } catch {
    return null;
  }
}

/** Load from wrk. */
export function wrk(): Generator {
  const script = join(mkdtempSync(join(tmpdir(), 'segments-bench-')), 'requests.lua');

  return async (url, requests, load) => {
    writeFileSync(script, luaOf(requests));
    return runScript(url, script, load);
  };
}

/** Runs a script with wrk, in one thread. wrk is written in C, so it takes little processor time from the measured system. */
export async function runScript(url: string, script: string, { connections, seconds }: Load) {
  const { stdout } = await execute('wrk', [
    ...[
      '--timeout',
      '10s',
      '-t',
      '1',
      '-c',
      `${connections}`,
      '-d',
      `${seconds}s`,
      '--latency',
      '-s',
      script,
      url,
    ],
  ]);
  return {
    failed: /Socket errors: (.*)/.exec(stdout)?.[0],
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
    total: Number(/(\d+) requests in/.exec(stdout)?.[1]),
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50: milliseconds(/^\s+50%\s+(\S+)/m.exec(stdout)?.[1]),
    p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(stdout)?.[1]),
  };
}

/** A script that sends requests in turn. */
export function luaOf(requests: readonly Asked[]): string {
  const lines = requests.map(({ method, path, body, headers }) => {
    const table = Object.entries(headers).map(([name, value]) => `[ ${lua(name)} ]=${lua(value)}`);
    return `all[#all + 1] = wrk.format(${lua(method)}, ${lua(path)}, {${table}}, ${body === undefined ? 'nil' : lua(body)})`;
  });
  return `local all = {}\ninit = function()\n${lines.join('\n')}\nend
local i, n = 0, 0\nrequest = function() i = i % #all + 1; n = n + 1; return ${nextOf(requests)} end\n`;
}

/** The next request in Lua. Numbers have the width of what they replace, so that `content-length` remains right. */
const nextOf = (requests: readonly Asked[]): string =>
  requests.some(({ path, body = '' }) => (path + body).includes(UNIQUE))
    ? `(all[i]:gsub('${UNIQUE}', string.format('%0${UNIQUE.length}d', n)))`
    : 'all[i]';

/** A text in Lua's long brackets, which have no escape sequences. */
const lua = (text: string) => `[==[${text}]==]`;

function milliseconds(text = ''): number {
  const value = Number.parseFloat(text);
  if (text.endsWith('us')) return value / 1000;
  return text.endsWith('ms') ? value : value * 1000;
}
