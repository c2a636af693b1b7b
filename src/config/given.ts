import { readSecret } from './secret-file.ts';
import { SECRETS } from './secrets.ts';

/** The environment, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment sets: directly, through a `.env` file, or through files that contain secrets. */
export interface Given {
  /** The values of all variables that are not empty. */
  values: Environment;
  /** The file that contains a value, by the name of its variable. */
  files: ReadonlyMap<string, string>;
  /** A line for each secret that cannot be read. */
  problems: string[];
}

/**
 * Reads what the environment sets. An empty variable counts as not set. A secret can be in a file: `API_TOKEN_FILE` is the path
 * of the file that contains `API_TOKEN`. `envFiles` has the values of `.env` files, which Node.js has already added to
 * the environment.
 */
export function givenBy(environment: Environment, envFiles: EnvFiles): Given {
  const values = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const files = new Map<string, string>();
  const problems: string[] = [];
  for (const [name, { value, file }] of envFiles) if (values[name] === value) files.set(name, file);
  for (const name of SECRETS) {
    const variable = `${name}_FILE`;
    const file = values[variable];
    if (file === undefined) continue;
    if (values[name] !== undefined) {
      problems.push(`${variable} cannot be combined with ${name}: set one of them.`);
      continue;
    }
    const { secret, problem } = readSecret(file);
    if (problem !== undefined) problems.push(`${variable} ${problem}.`);
    values[name] = secret;
    files.set(name, file);
  }
  return { values, files, problems };
}

/** The values of `.env` files by name, and the file that each comes from. */
export type EnvFiles = ReadonlyMap<string, { value: string | undefined; file: string }>;
