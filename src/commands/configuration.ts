import { type Config, readConfig } from '../config/config.ts';
import { readEnvFiles } from '../config/env-files.ts';
import { type Setting, settingsOf } from '../config/settings.ts';
import { type UnknownVariable, unknownLine, unknownVariables } from '../config/unknown-variables.ts';
import { tell } from './output.ts';

/** Reads the configuration of a command. Throws WrongConfig. */
export const configOf = (environment: NodeJS.ProcessEnv): Config =>
  readConfig(environment, readEnvFiles(process.execArgv));

/** Returns each variable as it is in force. Throws WrongConfig. */
export const settingsIn = (environment: NodeJS.ProcessEnv): Setting[] =>
  settingsOf(environment, readEnvFiles(process.execArgv));

/** Returns the variables that look misspelt. */
export const unknownIn = (environment: NodeJS.ProcessEnv): UnknownVariable[] => unknownVariables(environment);

/** Warns of variables that look misspelt. */
export function warnOfUnknown(environment: NodeJS.ProcessEnv): void {
  for (const variable of unknownIn(environment)) tell(unknownLine(variable));
}
