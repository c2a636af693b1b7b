import { unknownVariables } from '../config/unknown-variables.ts';
import { runWithYoungGeneration } from '../heap.ts';
import { configOf } from './configuration.ts';

/** Delivers webhooks until a signal stops it. Throws WrongConfig, and whatever makes the start fail. */
export async function deliverWebhooks(environment: NodeJS.ProcessEnv): Promise<void> {
  runWithYoungGeneration('deliver');
  const config = configOf(environment); // before the rest is loaded, so that a wrong one is reported quickly
  const { deliver } = await import('../deliver.ts');
  await deliver(config, unknownVariables(environment));
}
