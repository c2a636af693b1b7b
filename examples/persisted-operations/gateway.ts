import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '..', '..');
/** Only for this run. Use `segments token new` to make a real one. */
const TOKEN = randomBytes(24).toString('hex');

export interface Answer {
  status: number;
  data?: Record<string, unknown>;
  errors?: { message: string; extensions: { code: string } }[];
}

/** Starts the gateway as a user would, on an embedded database. `variables` are added to its configuration. */
export async function startGateway(dataDir: string, variables: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'src', 'cli.ts'), 'serve'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATA_DIR: dataDir,
      API_TOKEN: TOKEN,
      GRAPHIQL: 'off',
      ...variables,
    },
  });
  const url = await listeningUrl(child);
  return {
    url,
    token: TOKEN,
    async ask(body: object): Promise<Answer> {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, ...((await answer.json()) as Omit<Answer, 'status'>) };
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Returns the URL that the gateway logs when it is listening. */
async function listeningUrl(child: ReturnType<typeof spawn>): Promise<string> {
  if (!child.stdout) throw new TypeError('The gateway has no standard output.');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const { msg, url } = JSON.parse(line);
    if (msg === 'listening') {
      lines.close();
      child.stdout.resume();
      return url;
    }
  }
  throw new Error('The gateway did not start.');
}
