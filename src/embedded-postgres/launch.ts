import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolder } from './cluster.ts';
import { serverEnvironment } from './environment.ts';
import type { ServerUser } from './server-user.ts';

/** A server that this process started. */
export interface Launched {
  hasExited(): boolean;
  /** The end of its output. */
  output(): string;
  /** Stops it, by force if necessary. */
  stop(): Promise<void>;
}

const POLL_MS = 10;
/** How to stop it, and how long each way may take: a fast shutdown, an immediate one, by force. */
const WAYS_TO_STOP: [NodeJS.Signals, number][] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

/** Listens only on a socket in the folder itself, and logs no statements. */
const SETTINGS = [
  'listen_addresses=',
  'unix_socket_directories=.',
  'unix_socket_permissions=0700',
  'log_min_messages=fatal',
  'log_min_error_statement=panic',
];

/** Starts a server on a folder. It keeps running after the end of this process. */
export function launch(folder: string, postgres: string, user: ServerUser, settings: string[]): Launched {
  const log = `${folder}.log`;
  const file = openSync(log, 'a', 0o600);
  const logged = fstatSync(file).size;
  const entry = openFolder(folder);
  const child = spawn(
    postgres,
    ['-D', entry.path, ...[...SETTINGS, ...settings].flatMap((option) => ['-c', option])],
    {
      ...user,
      env: serverEnvironment(),
      cwd: '/',
      detached: true, // Ctrl-C in a terminal must not reach it before the gateway has answered the requests in flight
      stdio: ['ignore', file, file, ...entry.stdio],
    },
  );
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  child.unref();
  closeSync(file);
  entry.close();
  const hasExited = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    hasExited,
    output: () => failure?.message ?? readFileSync(log).subarray(logged).toString().slice(-2_000),
    async stop() {
      for (const [signal, milliseconds] of WAYS_TO_STOP) {
        if (hasExited()) return;
        child.kill(signal);
        const end = performance.now() + milliseconds;
        while (!hasExited() && performance.now() < end) await sleep(POLL_MS);
      }
    },
  };
}
