import { type Config, readConfig } from '../config/config.ts';
import { readEnvFiles } from '../config/env-files.ts';
import { type Setting, settingsOf } from '../config/settings.ts';
import { unknownLine, unknownVariables } from '../config/unknown-variables.ts';
import { tell } from './output.ts';

/** Reads the configuration of a command. Throws WrongConfig. */
export const configOf = (environment: NodeJS.ProcessEnv): Config =>
  readConfig(environment, readEnvFiles(process.execArgv));

/** Reads the configuration, and each variable as it is in force. Throws WrongConfig. */
export function settingsIn(environment: NodeJS.ProcessEnv): { config: Config; settings: Setting[] } {
  const envFiles = readEnvFiles(process.execArgv);
  const config = readConfig(environment, envFiles);
  return { config, settings: settingsOf(config, environment, envFiles) };
}

/** Warns of variables that look misspelt. */
export function warnOfUnknown(environment: NodeJS.ProcessEnv): void {
  for (const variable of unknownVariables(environment)) tell(unknownLine(variable));
}
