import { writeFileSync } from 'node:fs';
import { ask, CROSSING, startSupergraph } from './supergraph.ts';

const plans: string[] = [];
const { url, supergraphSdl, segments, stop } = await startSupergraph({
  port: 4100,
  dataDir: `${import.meta.dirname}/.data`,
  onPlan: (plan) => plans.push(plan),
});

writeFileSync(`${import.meta.dirname}/supergraph.graphql`, supergraphSdl); // for another router
const answer = await ask(url, CROSSING, segments.headers);
console.log(`${CROSSING}\n\nThe router's plan:\n\n${plans.join('\n')}\n\nIts answer:\n`);
console.log(JSON.stringify(answer, null, 2));
console.log(`
The supergraph is at ${url} until Ctrl-C. Send it
  -H "authorization: ${segments.headers.authorization}"`);

if (process.argv.includes('--once')) await stop();
else process.once('SIGINT', stop).once('SIGTERM', stop);
