import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** What a process is started with; nothing of the test's own environment but the PATH. */
export type Environment = Record<string, string>;

export interface Running {
  child: ChildProcess;
  url: string;
  /** Sends a request with the token of the tests; a body goes as JSON. */
  send(path: string, method?: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  /** Everything said so far, on both outputs. */
  said(): { out: string; err: string };
  /** Sends a signal and waits for the end; gives the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The ways to run `segments` as a user does, from the bundle. Whatever is left of them is gone after the file. */
export function processes() {
  const started = new Set<ChildProcess>();
  const folders = new Set<string>();

  afterAll(async () => {
    for (const child of started) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  function temporaryFolder(parent = tmpdir()): string {
    const folder = mkdtempSync(join(parent, 'segments-'));
    folders.add(folder);
    return folder;
  }

  function launch(args: string[], environment: Environment, command = [process.execPath, 'dist/cli.js']) {
    const [program = '', ...before] = command;
    const child = spawn(program, [...before, ...args], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.add(child);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    return { child, said };
  }

  /** Runs a command to its end. */
  async function run(args: string[], environment: Environment) {
    const { child, said } = launch(args, environment);
    const [code] = await once(child, 'close');
    return { code, ...said };
  }

  /**
   * Starts a gateway on any free port. `running` settles when it listens; it fails with what the gateway said if that
   * ends before.
   */
  function begin(environment: Environment, command?: string[]) {
    const launched = launch(command ? [] : ['serve'], { PORT: '0', ...environment }, command);
    return { ...launched, running: listening(launched) };
  }

  /** Starts a gateway on any free port, and waits until it listens. */
  const serve = (environment: Environment, command?: string[]) => begin(environment, command).running;

  async function listening({ child, said }: ReturnType<typeof launch>): Promise<Running> {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        const [, found] = /"url":"([^"]+)"/.exec(said.out) ?? [];
        if (found) resolve(found);
      });
      child.once('close', (code) => reject(new Error(`It ended with ${code}: ${said.err}${said.out}`)));
    });
    return {
      child,
      url,
      send: (path, method = 'GET', body, headers = {}) =>
        fetch(url + path, {
          method,
          headers: { ...authorization, ...(body && { 'content-type': 'application/json' }), ...headers },
          ...(body && { body: JSON.stringify(body) }),
        }),
      said: () => said,
      async end(signal = 'SIGTERM') {
        if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
        const ended = once(child, 'close');
        child.kill(signal);
        const [code] = await ended;
        return code;
      },
    };
  }

  return { launch, run, begin, serve, temporaryFolder };
}

/** Where segments are over REST. */
export const SEGMENTS = '/v1/customer-segments';

export const TOKEN = 'a-token-for-tests-of-thirty-two-characters';
export const authorization = { authorization: `Bearer ${TOKEN}` };
