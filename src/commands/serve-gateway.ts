import { unknownVariables } from '../config/unknown-variables.ts';
import { runWithYoungGeneration } from '../heap.ts';
import { configOf } from './configuration.ts';

/** Runs the gateway until a signal stops it. Throws WrongConfig, and whatever makes the start fail. */
export async function serveGateway(environment: NodeJS.ProcessEnv): Promise<void> {
  runWithYoungGeneration('serve');
  const config = configOf(environment); // before the gateway is loaded, so that a wrong one is reported quickly
  const main = await import('../main.ts');
  await main.serve(config, unknownVariables(environment));
}
