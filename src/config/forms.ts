import { z } from 'zod';
import { weaknessOf } from '../accounts/secret.ts';
import { isToken } from '../accounts/token.ts';
import { EXAMPLE, problemOf } from './database-url.ts';
import { readPersistedOperations, WrongOperations } from './persisted-operations.ts';

/* The description of a form says what a variable must be. The documentation shows it, and so does the message for a wrong value. */

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** A whole number from `min` to `max`, inclusive. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max)
    .describe(`a whole number from ${min} to ${max}`);

/** One of two words. */
export const either = <One extends string, Other extends string>(one: One, other: Other) =>
  z.enum([one, other]).describe(`${one} or ${other}`);

export const onOff = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .transform((value) => value === 'on' || value === 'true' || value === '1')
  .describe('on or off');

/** Ports, separated by commas. */
export const ports = z
  .string()
  .regex(/^\d{1,5}(\s*,\s*\d{1,5})*$/)
  .transform((text) => text.split(',').map(Number))
  .refine((all) => all.every((port) => port >= 1 && port <= 65_535))
  .describe('ports such as 443,8443, separated by commas');

export const host = z
  .string()
  .regex(/^[\w.:-]+$/)
  .describe('a host name or an address, such as 127.0.0.1 or 0.0.0.0');

export const logLevel = z.enum(LEVELS).describe(`one of ${LEVELS.join(', ')}`);

/** Its issue is the whole message, because the value must not be shown. */
export const postgresUrl = z
  .string()
  .superRefine((url, { addIssue }) => {
    const message = problemOf(url);
    if (message !== null) addIssue({ code: 'custom', message, params: { isWhole: true } });
  })
  .describe(EXAMPLE);

export const jwksUrl = z
  .string()
  .refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text), { abort: true })
  .superRefine(hasNoLogin)
  .describe('a URL such as https://id.example.com/.well-known/jwks.json');

/** Refuses a user or password, as `fetch` does. Its issue is the whole message, because the value must not be shown. */
function hasNoLogin(url: string, { addIssue }: z.RefinementCtx): void {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return;
  const message = 'must have no user and no password; it has one (not shown)';
  addIssue({ code: 'custom', message, params: { isWhole: true } });
}

export const otlpUrl = z
  .string()
  .refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text), { abort: true })
  .superRefine(hasNoLogin)
  .describe('a URL such as http://localhost:4318');

/** Headers as OpenTelemetry spells them: pairs with percent-encoded values. */
export const otlpHeaders = z
  .string()
  .regex(/^[^=,\s]+=[^,]*(,\s*[^=,\s]+=[^,]*)*$/, { abort: true })
  .refine(isDecodable, { abort: true })
  .transform((text) => Object.fromEntries(text.split(',').map(pairOf)))
  .describe('headers such as `api-key=secret`, separated by commas');

/** Whether a text is percent-encoded UTF-8. */
function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

function pairOf(pair: string): [name: string, value: string] {
  const [name = '', ...value] = pair.split('=');
  return [name.trim(), decodeURIComponent(value.join('=').trim())];
}

/** A decimal number from 0 to 1. */
export const ratio = z
  .string()
  .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
  .transform(Number)
  .describe('a number from 0 to 1, such as 0.1');

export const serviceName = z
  .string()
  .regex(/^[\x21-\x7e]([\x20-\x7e]{0,98}[\x21-\x7e])?$/)
  .describe('1 to 100 visible characters');

/** Whether a text is an origin exactly as browsers send it: a scheme, a host and perhaps a port. `*` and `null` are not. */
const isOrigin = (text: string): boolean => /^https?:/.test(text) && URL.parse(text)?.origin === text;

export const origins = z
  .string()
  .transform((text) => new Set(text.split(',').map((origin) => origin.trim())))
  .refine((all) => [...all].every(isOrigin))
  .describe('origins such as https://app.example.com, separated by commas');

/** Refuses a secret that is easy to guess. Its issue is the whole message, because the value must not be shown. */
const notWeak = (command: string) => (secret: string, context: z.RefinementCtx) => {
  const weakness = weaknessOf(secret);
  if (weakness === null) return;
  const message = `must be hard to guess, such as \`${command}\` prints; ${weakness} (not shown)`;
  context.addIssue({ code: 'custom', message, params: { isWhole: true } });
};

export const apiToken = z
  .string()
  .refine(isToken, { abort: true })
  .superRefine(notWeak('segments token new'))
  .describe('32 to 200 characters of A-Z a-z 0-9 - . _ ~ + / =, such as `segments token new` prints');

export const routerSecret = z
  .string()
  .regex(/^[\x21-\x7e]{32,200}$/, { abort: true })
  .superRefine(notWeak('openssl rand -hex 24'))
  .describe('32 to 200 characters that a header can hold, such as `openssl rand -hex 24` prints');

export const operationsFile = z
  .string()
  .transform(operationsOf)
  .describe('a JSON file of operations, as client tools generate it');

/** Reads the operations of a file. Its issue is the whole message. */
function operationsOf(file: string, context: z.RefinementCtx): ReadonlyMap<string, string> {
  try {
    return readPersistedOperations(file);
  } catch (error) {
    if (!(error instanceof WrongOperations)) throw error;
    context.addIssue({ code: 'custom', message: error.message, params: { isWhole: true } });
    return z.NEVER;
  }
}
