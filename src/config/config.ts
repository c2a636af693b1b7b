import type { z } from 'zod';
import { WrongConfig } from '../wrong-config.ts';
import { formOf } from './describe.ts';
import { Variables } from './variables.ts';

/** The configuration that the environment sets, validated. */
export type Config = ReturnType<typeof readConfig>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that may contain a secret. A message about a wrong value does not show it. */
const SECRET: ReadonlySet<string> = new Set(['API_TOKEN', 'ROUTER_SECRET']);
/** Either all of these are set or none: with only some of them, nobody would be let in, or anybody. */
const TOGETHER = ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const;

/** Reads the configuration from the environment. An empty variable counts as not set. Throws WrongConfig. */
export function readConfig(environment: Environment) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const checked = Variables.safeParse(given);
  if (!checked.success) {
    const lines = new Map(checked.error.issues.map((issue) => [issue.path[0], lineOf(issue, given)]));
    throw new WrongConfig([...lines.values()].join('\n'));
  }
  if (checked.data.DATABASE_POOLER === 'transaction' && checked.data.RATE_LIMIT_STORE === 'postgres') {
    throw new WrongConfig(
      'RATE_LIMIT_STORE must be memory with DATABASE_POOLER=transaction; it is "postgres".',
    );
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

function lineOf(issue: z.core.$ZodIssue, given: Environment): string {
  const name = String(issue.path[0]);
  if (issue.code === 'custom' && issue.params?.isWhole) return `${name} ${issue.message}.`;
  const shown = SECRET.has(name) ? 'something else (not shown)' : JSON.stringify(given[name]);
  const { [name]: schema }: Record<string, z.ZodType> = Variables.shape;
  return `${name} must be ${formOf(schema)}; it is ${shown}.`;
}
