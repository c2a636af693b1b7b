import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'src', 'cli.ts');
/** Only for this run. Use `segments token new` to make a real one. */
const TOKEN = randomBytes(24).toString('hex');

const ADD_MEMBERS = `mutation ($input: AddSegmentMembersInput!) {
  addSegmentMembers(input: $input) {
    ... on AddSegmentMembersPayload { added }
    ... on SegmentError { message }
  }
}`;

/** Starts the segments gateway as a user would, on an embedded database of its own. */
export async function startSegments(port: number, dataDir: string, signal?: AbortSignal) {
  const env = {
    ...process.env,
    PORT: `${port}`,
    DATABASE_URL: '', // never a database that the caller uses for another purpose
    DATA_DIR: dataDir,
    API_TOKEN: TOKEN,
    GRAPHIQL: 'off',
  };
  const child = spawn(process.execPath, [CLI, 'serve'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
    env,
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const url = await listeningUrl(child, signal).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url: `${url}/graphql`,
    headers,
    /** Creates a segment. Returns its id. */
    async create(segment: { name: string; criteria: string; description: string }): Promise<string> {
      const path = `${url}/v1/customer-segments`;
      const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(segment) });
      const { id } = (await answer.json()) as { id: string };
      return id;
    },
    /** Adds customers to a segment, as any client would. */
    async addMembers(segmentId: string, customerIds: readonly string[]): Promise<void> {
      const body = JSON.stringify({ query: ADD_MEMBERS, variables: { input: { segmentId, customerIds } } });
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
      const { data, errors } = await answer.json();
      if (data?.addSegmentMembers?.added !== customerIds.length) {
        throw new Error(`The customers were not added: ${JSON.stringify({ data, errors })}`);
      }
    },
    /** Creates a token of another account, or with other scopes than all. */
    async tokenOf(account: string, scopes?: string): Promise<string> {
      const args = [CLI, 'token', 'create', '--account', account, ...(scopes ? ['--scopes', scopes] : [])];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
      return stdout.trim();
    },
    stop,
  };
}

/** Returns the URL that the gateway logs when it is listening. */
async function listeningUrl(child: ReturnType<typeof spawn>, signal?: AbortSignal): Promise<string> {
  if (!child.stdout) throw new TypeError('The gateway has no standard output.');
  const lines = createInterface({ input: child.stdout, ...(signal && { signal }) });
  for await (const line of lines) {
    const { msg, url } = JSON.parse(line);
    if (msg === 'listening') {
      lines.close();
      child.stdout.resume();
      return url;
    }
  }
  throw new Error('The segments gateway did not start.');
}
