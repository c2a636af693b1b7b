import type { z } from 'zod';
import { WrongConfig } from '../wrong-config.ts';
import { formOf } from './describe.ts';
import { type EnvFiles, type Environment, type Given, givenBy } from './given.ts';
import { secrecyOf } from './secrets.ts';
import { unknownLine, unknownVariables } from './unknown-variables.ts';
import { Variables } from './variables.ts';

/** The configuration that the environment sets, validated. */
export type Config = ReturnType<typeof readConfig>;

/** Either all of these are set or none: with only some of them, nobody would be let in, or anybody. */
const TOGETHER = ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const;

/**
 * Reads the configuration from the environment. An empty variable counts as not set. `envFiles` are the `.env` files whose values
 * are in the environment. Throws WrongConfig. Its message also names variables that look misspelt, which may be the
 * cause.
 */
export function readConfig(environment: Environment, envFiles: EnvFiles = new Map()) {
  try {
    return checkedConfig(environment, givenBy(environment, envFiles));
  } catch (error) {
    if (!(error instanceof WrongConfig)) throw error;
    throw new WrongConfig([error.message, ...unknownVariables(environment).map(unknownLine)].join('\n'));
  }
}

function checkedConfig(environment: Environment, given: Given) {
  const checked = Variables.safeParse(given.values);
  const issues = checked.error?.issues ?? [];
  const lines = new Map(issues.map((issue) => [issue.path[0], lineOf(issue, given)]));
  const problems = [...given.problems, ...lines.values()];
  if (!checked.success || problems.length > 0) throw new WrongConfig(problems.join('\n'));
  if (checked.data.DATABASE_POOLER === 'transaction' && checked.data.RATE_LIMIT_STORE === 'postgres') {
    throw new WrongConfig(
      'RATE_LIMIT_STORE must be memory with DATABASE_POOLER=transaction; it is "postgres".',
    );
  }
  const { PORT, ADMIN_PORT } = checked.data;
  if (ADMIN_PORT === PORT && PORT !== 0) {
    throw new WrongConfig(`ADMIN_PORT must be another port than PORT; both are ${PORT}.`);
  }
  const { GRAPHIQL = environment.NODE_ENV !== 'production', ...rest } = checked.data;
  return { ...rest, GRAPHIQL, JWT: jwtOf(rest) };
}

/** Returns the issuer of JWTs; undefined if none is set. Throws WrongConfig if only a part of it is set. */
function jwtOf(variables: z.output<typeof Variables>) {
  const { JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = variables;
  if (jwksUrl && issuer && audience) {
    return { jwksUrl, issuer, audience, accountClaim: variables.JWT_ACCOUNT_CLAIM };
  }
  const missing = TOGETHER.filter((name) => !variables[name]);
  if (missing.length === TOGETHER.length) return undefined;
  const [set] = TOGETHER.filter((name) => variables[name]);
  throw new WrongConfig(
    missing
      .map((name) => `${name} must be ${formOf(Variables.shape[name])} because ${set} is set; it is not set.`)
      .join('\n'),
  );
}

function lineOf(issue: z.core.$ZodIssue, { values, files }: Given): string {
  const name = String(issue.path[0]);
  const file = files.get(name);
  const subject = file === undefined ? name : `${name} (in ${file})`;
  if (issue.code === 'custom' && issue.params?.isWhole) return `${subject} ${issue.message}.`;
  const shown = secrecyOf(name) === 'none' ? JSON.stringify(values[name]) : 'something else (not shown)';
  const { [name]: schema }: Record<string, z.ZodType> = Variables.shape;
  return `${subject} must be ${formOf(schema)}; it is ${shown}.`;
}
