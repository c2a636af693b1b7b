import type { Setting } from '../../config/settings.ts';
import { settingsIn, warnOfUnknown } from '../configuration.ts';
import { type Columns, printJson, printList } from '../list.ts';

const COLUMNS: Columns<Setting> = {
  variable: ({ name }) => name,
  from: ({ from }) => from,
  value: ({ value, unset }) => value ?? `(${unset ?? 'unset'})`,
};

/** Prints the configuration in force, as JSON or for people. Throws WrongConfig if `serve` would. */
export async function printConfig(environment: NodeJS.ProcessEnv, asJson: boolean): Promise<void> {
  const { config, settings } = settingsIn(environment);
  const { PERSISTED_OPERATIONS } = config;
  if (PERSISTED_OPERATIONS) {
    const { requireRunnable } = await import('../../main.ts');
    requireRunnable(PERSISTED_OPERATIONS);
  }
  warnOfUnknown(environment);
  if (asJson) printJson(settings.map(({ name, value, from }) => ({ name, value, from })));
  else await printList(settings, COLUMNS);
}
