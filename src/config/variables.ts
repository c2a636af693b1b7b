import { z } from 'zod';
import { weaknessOf } from '../accounts/secret.ts';
import { isToken } from '../accounts/token.ts';
import { problemOf } from './database-url.ts';
import { readPersistedOperations, WrongOperations } from './persisted-operations.ts';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

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

/** Refuses what `fetch` refuses. Its issue is the whole message, because the value must not be shown. */
function hasNoLogin(url: string, { addIssue }: z.RefinementCtx): void {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return;
  const message = 'must have no user and no password; it has one (not shown)';
  addIssue({ code: 'custom', message, params: { isWhole: true } });
}

/** Refuses a secret that is easy to guess. Its issue is the whole message, because the value must not be shown. */
const notWeak = (command: string) => (secret: string, context: z.RefinementCtx) => {
  const weakness = weaknessOf(secret);
  if (weakness === null) return;
  const message = `must be hard to guess, such as \`${command}\` prints; ${weakness} (not shown)`;
  context.addIssue({ code: 'custom', message, params: { isWhole: true } });
};

/** The environment variables that configure the gateway, and what each may hold. */
export const Variables = z.object({
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
    .refine(isToken, { abort: true })
    .superRefine(notWeak('segments token new'))
    .describe('32 to 200 characters of A-Z a-z 0-9 - . _ ~ + / =, such as `segments token new` prints')
    .optional(),
  ROUTER_SECRET: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/, { abort: true })
    .superRefine(notWeak('openssl rand -hex 24'))
    .describe('32 to 200 characters that a header can hold, such as `openssl rand -hex 24` prints')
    .optional(),
  JWT_JWKS_URL: z
    .string()
    .refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text), { abort: true })
    .superRefine(hasNoLogin)
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
  MAX_SEGMENTS_PER_ACCOUNT: wholeNumber(1, 999_999_999).optional(),
  PERSISTED_OPERATIONS: z.string().transform(operationsOf).optional(),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000).default(10_000),
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
