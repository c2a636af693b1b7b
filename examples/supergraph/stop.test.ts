import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesIn } from '../../test/process/left-behind.ts';

/** Starts the example as a user would, in a process group of its own. `said` returns its output so far. */
function started() {
  const dataDir = mkdtempSync(join(tmpdir(), 'supergraph-'));
  const child = spawn('npm', ['start'], {
    cwd: import.meta.dirname,
    detached: true, // like a terminal, which sends Ctrl-C to the whole group
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return { child, dataDir, said: () => said };
}

const isCreating = (dataDir: string) =>
  readdirSync(dataDir).some((name) => name.startsWith('postgres.unfinished-'));

/** npm forwards all of these signals except SIGHUP, which a terminal sends to the whole group when it is closed. */
const CASES: [NodeJS.Signals, 'npm alone' | 'its whole group'][] = [
  ['SIGTERM', 'npm alone'],
  ['SIGTERM', 'its whole group'],
  ['SIGINT', 'npm alone'],
  ['SIGINT', 'its whole group'],
  ['SIGHUP', 'its whole group'],
];
const timeout = 180_000;

describe('the example', { skip: !existsSync('/proc/self/cwd') }, () => {
  for (const [signal, whom] of CASES) {
    it(`leaves nothing behind when ${signal} is sent to ${whom}`, { timeout }, async () => {
      await expectStopped(signal, whom, ({ said }) => said().includes('until Ctrl-C'));
    });

    it(`leaves nothing behind when ${signal} is sent to ${whom} while it starts`, {
      timeout,
    }, async () => {
      await expectStopped(signal, whom, ({ dataDir }) => isCreating(dataDir));
    });
  }
});

async function expectStopped(
  signal: NodeJS.Signals,
  whom: (typeof CASES)[number][1],
  isTime: (example: ReturnType<typeof started>) => boolean,
): Promise<void> {
  const example = started();
  const { child, dataDir } = example;
  const ended = once(child, 'exit');
  while (child.exitCode === null && !isTime(example)) await sleep(5);
  assert.equal(child.exitCode, null, example.said());
  process.kill(whom === 'npm alone' ? (child.pid ?? 0) : -(child.pid ?? 0), signal);
  await ended;
  await left(dataDir, child.pid ?? 0);
  rmSync(dataDir, { recursive: true, force: true });
}

/** Waits until neither the group nor the Postgres exists any more, or until the test times out. */
async function left(dataDir: string, group: number): Promise<void> {
  while (processesIn(dataDir).length > 0 || isGroup(group)) await sleep(20);
}

function isGroup(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
