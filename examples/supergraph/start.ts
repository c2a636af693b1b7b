import { writeFileSync } from 'node:fs';
import { stopSignal } from './stop-signal.ts';
import { ask, CROSSING, startSupergraph } from './supergraph.ts';

const { PORT = '4100', DATA_DIR = `${import.meta.dirname}/.data` } = process.env;

const { signal, stopped } = stopSignal();

try {
  await run();
} catch (error) {
  if (!signal.aborted) throw error;
}

async function run(): Promise<void> {
  const plans: string[] = [];
  await using graph = await startSupergraph({
    port: Number(PORT),
    dataDir: DATA_DIR,
    onPlan: (plan) => plans.push(plan),
    signal,
  });
  const { url, supergraphSdl, segments } = graph;
  writeFileSync(`${import.meta.dirname}/supergraph.graphql`, supergraphSdl); // for docker-compose.yml
  const answer = await ask(url, CROSSING, segments.headers);
  console.log(`${CROSSING}\n\nThe router's plan:\n\n${plans.join('\n')}\n\nIts answer:\n`);
  console.log(JSON.stringify(answer, null, 2));
  console.log(`
The supergraph is at ${url} until Ctrl-C. Send it
  -H "authorization: ${segments.headers.authorization}"`);
  if (!process.argv.includes('--once')) await stopped;
}
