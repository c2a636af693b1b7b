import type { Config } from './config.ts';
import { withoutPassword } from './database-url.ts';
import { describeVariables } from './describe.ts';
import { type EnvFiles, type Environment, givenBy } from './given.ts';
import { secrecyOf } from './secrets.ts';

/** A variable as it is in force. */
export interface Setting {
  name: string;
  /** The value as it would be written in the environment, without what is secret of it. Null if there is none. */
  value: string | null;
  /** What applies if there is no value. */
  unset: string | undefined;
  /** Where the value comes from: `default`, `environment`, or the path of a file. */
  from: string;
}

const HIDDEN = '(hidden)';

/** Returns all variables with the values that are in force, in the order of the documentation. `config` was read from the same environment. */
export function settingsOf(config: Config, environment: Environment, envFiles: EnvFiles): Setting[] {
  const inForce: Readonly<Record<string, unknown>> = config;
  const { values, files } = givenBy(environment, envFiles);
  return describeVariables().flatMap(({ variables }) =>
    variables.map(({ name, preset, unset }) => {
      const given = values[name];
      if (given !== undefined) {
        return { name, value: shown(name, given), unset, from: files.get(name) ?? 'environment' };
      }
      const { [name]: effective } = inForce; // some defaults depend on other variables
      const value = typeof effective === 'boolean' ? (effective ? 'on' : 'off') : (preset ?? null);
      return { name, value, unset, from: 'default' };
    }),
  );
}

/** Returns a value without what is secret of it. */
function shown(name: string, value: string): string {
  const secrecy = secrecyOf(name);
  if (secrecy === 'whole') return HIDDEN;
  return secrecy === 'password' ? withoutPassword(value, HIDDEN) : value;
}
