import type { z } from 'zod';
import { WrongConfig } from '../wrong-config.ts';
import { formOf } from './describe.ts';
import { Variables } from './variables.ts';

/** Everything that the environment decides, checked. */
export type Config = ReturnType<typeof readConfig>;

type Environment = Readonly<Record<string, string | undefined>>;

/** These may hold a secret: a wrong value is not repeated. */
const SECRET: ReadonlySet<string> = new Set(['API_TOKEN', 'ROUTER_SECRET']);
/** Of these, all are set or none: half of them would let in nobody, or anybody. */
const TOGETHER = ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const;

/** Reads the environment; an empty variable counts as one that is not set. Throws WrongConfig. */
export function readConfig(environment: Environment) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const checked = Variables.safeParse(given);
  if (!checked.success) {
    const lines = new Map(checked.error.issues.map((issue) => [issue.path[0], lineOf(issue, given)]));
    throw new WrongConfig([...lines.values()].join('\n'));
  }
  if (checked.data.DATABASE_POOLER === 'transaction' && checked.data.RATE_LIMIT_STORE === 'postgres') {
    throw new WrongConfig(
      'RATE_LIMIT_STORE must be memory behind DATABASE_POOLER=transaction; it is "postgres".',
    );
  }
  const { GRAPHIQL = environment.NODE_ENV !== 'production', ...rest } = checked.data;
  return { ...rest, GRAPHIQL, JWT: jwtOf(rest) };
}

/** The issuer of JWTs, whole or not at all. */
function jwtOf(variables: z.output<typeof Variables>) {
  const { JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = variables;
  if (jwksUrl && issuer && audience) {
    return { jwksUrl, issuer, audience, accountClaim: variables.JWT_ACCOUNT_CLAIM };
  }
  const missing = TOGETHER.filter((name) => !variables[name]);
  if (missing.length === TOGETHER.length) return undefined;
  const [set] = TOGETHER.filter((name) => variables[name]);
  throw new WrongConfig(
    missing.map((name) => `${name} must be ${formOf(name)}, since ${set} is set; it is not set.`).join('\n'),
  );
}

function lineOf(issue: z.core.$ZodIssue, given: Environment): string {
  const name = String(issue.path[0]);
  if (issue.code === 'custom' && issue.params?.isWhole) return `${name} ${issue.message}.`;
  const shown = SECRET.has(name) ? 'something else (not shown)' : JSON.stringify(given[name]);
  return `${name} must be ${formOf(name)}; it is ${shown}.`;
}
