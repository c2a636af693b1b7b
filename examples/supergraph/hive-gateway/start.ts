import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { stopSignal } from '../stop-signal.ts';
import { startSubgraphs } from '../subgraphs.ts';
import { ask } from '../supergraph.ts';
import { follow } from './follow.ts';
import { startHiveGateway } from './router.ts';

const { PORT = '4100', DATA_DIR = `${import.meta.dirname}/../.data` } = process.env;
const { websocket } = parseArgs({ options: { websocket: { type: 'boolean' } } }).values;
const { signal } = stopSignal();

const CREATE = `mutation {
  createSegment(input: { name: "Made through the router", criteria: "Any", description: "" }) { __typename }
}`;

try {
  await run();
} catch (error) {
  if (!signal.aborted) throw error;
}

async function run(): Promise<void> {
  const port = Number(PORT);
  await using started = new AsyncDisposableStack();
  mkdirSync(DATA_DIR, { recursive: true });
  const { supergraphSdl, segments } = started.use(await startSubgraphs({ port, dataDir: DATA_DIR, signal }));
  const config = websocket ? 'websocket' : 'sse';
  const { url, stop } = await startHiveGateway({ supergraphSdl, config, folder: DATA_DIR, port });
  started.defer(stop);
  console.log(`The supergraph is at ${url} until Ctrl-C. Send it
  -H "authorization: ${segments.headers.authorization}"

Events, through the router:`);
  const events = follow({ url, headers: segments.headers, after: '0', signal });
  await ask(url, CREATE, segments.headers);
  for await (const event of events) console.log(JSON.stringify(event));
}
