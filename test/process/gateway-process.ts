import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** The variables that a process is started with. Only PATH is added from the environment of the test. */
export type Environment = Record<string, string>;

export interface Running {
  child: ChildProcess;
  url: string;
  /** Sends a request with the token of the tests, and a body as JSON. */
  send(path: string, method?: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  /** Everything printed so far, on both outputs. */
  said(): { out: string; err: string };
  /** Sends a signal, waits until the process has ended, and returns its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Functions that run `segments` from the bundle, as a user does. Processes and folders are removed after the test file. */
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

  /** Runs a command until it ends. */
  async function run(args: string[], environment: Environment) {
    const { child, said } = launch(args, environment);
    const [code] = await once(child, 'close');
    return { code, ...said };
  }

  /**
   * Starts a gateway on any free port. `running` resolves when the gateway listens, and rejects with its outputs if it
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

/** The path of the collection of segments in REST. */
export const SEGMENTS = '/v1/customer-segments';

export const TOKEN = 'a-token-for-tests-of-thirty-two-characters';
export const authorization = { authorization: `Bearer ${TOKEN}` };

/** The Node.js of the system, if it is older than the required version. */
export const oldNode: string | null = findOldNode();

function findOldNode(): string | null {
  try {
    const version = execFileSync('/usr/bin/node', ['--version']).toString();
    return Number(/^v(\d+)/.exec(version)?.[1]) < 24 ? '/usr/bin/node' : null;
  } catch {
    return null;
  }
}
