import type { Config } from './config/config.ts';
import type { UnknownVariable } from './config/unknown-variables.ts';
import { wrongOperations } from './graphql/limits/operation-check.ts';
import { schema } from './graphql/schema.ts';
import { runProcess } from './run-process.ts';
import { start } from './start.ts';
import { WrongConfig } from './wrong-config.ts';

/**
 * Runs the gateway as this process, until a signal asks it to stop: see `runProcess`. `unknown` are variables of the environment that
 * look misspelt.
 */
export async function serve(config: Config, unknown: readonly UnknownVariable[]): Promise<void> {
  requireRunnable(config.PERSISTED_OPERATIONS ?? new Map());
  await runProcess(config, unknown, (parts) => start(config, parts));
}

/** Throws WrongConfig if a persisted operation cannot run. */
export function requireRunnable(operations: ReadonlyMap<string, string>): void {
  const wrong = wrongOperations(schema, operations);
  if (wrong.length > 0) throw new WrongConfig(wrong.map((why) => `PERSISTED_OPERATIONS: ${why}`).join('\n'));
}
