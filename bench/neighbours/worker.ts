import { parentPort, workerData } from 'node:worker_threads';
import type { Abuse, Target } from './target.ts';

/* Runs an abuse in a thread of its own, so that the cost of sending it does not slow down the neighbour. */
const { name, target } = workerData as { name: string; target: Target };
const { abuse } = (await import(`./abuses/${name}.ts`)) as { abuse: Abuse };
const stop = new AbortController();
const answers: Record<string, number> = {};
const answered = (status: number | string) => {
  answers[status] = (answers[status] ?? 0) + 1;
};
parentPort?.once('message', () => stop.abort());
await abuse(target, stop.signal, answered);
parentPort?.postMessage(answers);
process.exit(0);
