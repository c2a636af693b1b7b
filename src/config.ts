import { z } from 'zod';
import { isToken } from './accounts/token.ts';
import { problemOf } from './config/database-url.ts';
import { readPersistedOperations, WrongOperations } from './config/persisted-operations.ts';
import { WrongConfig } from './wrong-config.ts';

/** Everything that the environment decides, checked. */
export type Config = ReturnType<typeof readConfig>;

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

type Environment = Readonly<Record<string, string | undefined>>;

/* What a variable must be stands in its description, in the words of the line that a wrong one gets. */
const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most)
    .describe(`a whole number from ${least} to ${most}`);

/** A scheme and a host, and nothing after: as a browser sends it. Not `*`, not `null`. */
const isOrigin = (text: string): boolean => /^https?:/.test(text) && URL.parse(text)?.origin === text;

const onOff = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .transform((value) => value === 'on' || value === 'true' || value === '1')
  .describe('on or off');

/** Its issue is the whole message, because the value must not be shown. */
const postgresUrl = z.string().superRefine((url, { addIssue }) => {
  const message = problemOf(url);
  if (message !== null) addIssue({ code: 'custom', message, params: { isWhole: true } });
});

const Variables = z.object({
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/)
    .describe('a host name or an address, such as 127.0.0.1 or 0.0.0.0')
    .default('127.0.0.1'),
  DATABASE_URL: postgresUrl.optional(),
  DATA_DIR: z.string().describe('a folder').default('.data'),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000).default(10),
  DATABASE_WAIT: wholeNumber(0, 3_600).default(30),
  DATABASE_NEWER: z.enum(['refuse', 'serve']).describe('refuse or serve').default('refuse'),
  DATABASE_POOLER: z.enum(['none', 'transaction']).describe('none or transaction').default('none'),
  API_TOKEN: z
    .string()
    .refine(isToken)
    .describe('32 to 200 characters of A-Z a-z 0-9 - . _ ~ + / =, such as `segments token new` prints')
    .optional(),
  ROUTER_SECRET: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/)
    .describe('32 to 200 characters that a header can hold, such as `openssl rand -hex 24` prints')
    .optional(),
  JWT_JWKS_URL: z
    .string()
    .regex(/^https?:\/\/\S+$/)
    .describe('a URL such as https://id.example.com/.well-known/jwks.json')
    .optional(),
  JWT_ISSUER: z.string().describe('the `iss` of the tokens').optional(),
  JWT_AUDIENCE: z.string().describe('the `aud` of the tokens').optional(),
  JWT_ACCOUNT_CLAIM: z.string().describe('the name of a claim').default('account_id'),
  CORS_ORIGINS: z
    .string()
    .transform((text) => new Set(text.split(',').map((origin) => origin.trim())))
    .refine((origins) => [...origins].every(isOrigin))
    .describe('origins such as https://app.example.com, with commas between')
    .optional(),
  RATE_LIMIT: wholeNumber(1, 999_999_999).default(60_000_000),
  RATE_LIMIT_STORE: z.enum(['memory', 'postgres']).describe('memory or postgres').default('memory'),
  PERSISTED_OPERATIONS: z.string().transform(operationsOf).optional(),
  LOG_LEVEL: z
    .enum(LEVELS)
    .describe(`one of ${LEVELS.join(', ')}`)
    .default('info'),
  GRAPHIQL: onOff.optional(),
  INTROSPECTION: onOff.default(true),
});

/** The operations of a file. Says by itself what is wrong with it. */
function operationsOf(file: string, context: z.RefinementCtx): ReadonlyMap<string, string> {
  try {
    return readPersistedOperations(file);
  } catch (error) {
    if (!(error instanceof WrongOperations)) throw error;
    context.addIssue({ code: 'custom', message: error.message, params: { isWhole: true } });
    return z.NEVER;
  }
}

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
    missing.map((name) => `${name} must be ${ruleOf(name)}, since ${set} is set; it is not set.`).join('\n'),
  );
}

function lineOf(issue: z.core.$ZodIssue, given: Environment): string {
  const name = String(issue.path[0]);
  if (issue.code === 'custom' && issue.params?.isWhole) return `${name} ${issue.message}.`;
  const shown = SECRET.has(name) ? 'something else (not shown)' : JSON.stringify(given[name]);
  return `${name} must be ${ruleOf(name)}; it is ${shown}.`;
}

/** The description of the innermost schema: a default or an optional is wrapped round it. */
function ruleOf(name: string): string {
  const { [name]: schema }: Record<string, z.ZodType> = Variables.shape;
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodType ? (inner.description ?? '') : '';
}
