import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listening } from '../listening.ts';

const HERE = import.meta.dirname;

interface Options {
  supergraphSdl: string;
  /** The configuration: by the protocol of subscriptions to the subgraph, or with authorization. */
  config: 'sse' | 'websocket' | 'authorization';
  /** The folder that the schema is written to. */
  folder: string;
  port: number;
}

/** Starts Hive Gateway as its command line does. Returns its URL, and a function that stops it. */
export async function startHiveGateway({ supergraphSdl, config, folder, port }: Options) {
  const schema = join(folder, `${config}.graphql`);
  writeFileSync(schema, supergraphSdl);
  const child = spawn(
    process.execPath,
    [
      join(HERE, 'node_modules', '.bin', 'hive-gateway'),
      'supergraph',
      schema,
      ...['--config-path', join(HERE, `${config}.config.ts`)],
      ...['--host', '127.0.0.1'],
      ...['--port', `${port || (await freePort())}`],
    ],
    { cwd: HERE, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (!url) continue;
    child.stdout.resume();
    return { url: `${url}/graphql`, stop };
  }
  throw new Error('Hive Gateway did not start.');
}

/** Hive Gateway would take any port for 0, too, but does not say which. */
async function freePort(): Promise<string> {
  const { url, stop } = await listening(createServer(), 0);
  await stop();
  return new URL(url).port;
}
