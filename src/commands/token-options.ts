import { parseArgs } from 'node:util';
import { DEFAULT_ACCOUNT, isAccountId, SCOPES } from '../accounts/viewer.ts';
import { WrongUsage } from './command.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_LIFETIME_DAYS = 36_500;
/** The name of the token of the environment. */
const RESERVED = 'API_TOKEN';

/** Parses the arguments of `token create`. Throws WrongUsage. */
export function draftOf(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      account: { type: 'string', default: DEFAULT_ACCOUNT },
      name: { type: 'string', default: 'unnamed' },
      scopes: { type: 'string', default: SCOPES.join(',') },
      expires: { type: 'string' },
    },
  });
  const { account: accountId, name } = values;
  if (!isAccountId(accountId))
    throw new WrongUsage(`--account must have 1 to 64 characters of A-Z a-z 0-9 _ . -, not ${accountId}.`);
  if (name === RESERVED)
    throw new WrongUsage(`--name must not be ${RESERVED}, the name of the environment's token.`);
  return { accountId, name, scopes: scopesOf(values.scopes), expiresAt: expiryOf(values.expires) };
}

function scopesOf(list: string): string[] {
  const scopes = list.split(',');
  const unknown = scopes.find((scope) => !SCOPES.some((known) => known === scope));
  if (unknown === undefined) return scopes;
  throw new WrongUsage(
    `--scopes takes ${SCOPES.join(', ')}, separated by commas, not ${JSON.stringify(unknown)}.`,
  );
}

function expiryOf(days: string | undefined): Date | null {
  if (days === undefined) return null;
  const number = /^\d+$/.test(days) ? Number(days) : 0;
  if (number >= 1 && number <= MAX_LIFETIME_DAYS) return new Date(Date.now() + number * DAY_MS);
  throw new WrongUsage(
    `--expires must be a whole number of days from 1 to ${MAX_LIFETIME_DAYS}, not ${days}.`,
  );
}

const UNITS: Record<string, number> = { m: 60_000, h: 60 * 60_000, d: DAY_MS };

/** Parses the arguments of `token rotate`. Throws WrongUsage. */
export function overlapOf(args: string[]) {
  const options = { overlap: { type: 'string', default: '24h' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  return { id: onlyId('rotate', positionals), overlapMs: millisecondsOf(values.overlap) };
}

function millisecondsOf(overlap: string): number {
  const [, number = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(overlap) ?? [];
  const milliseconds = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new WrongUsage(
    `--overlap must be minutes, hours or days, such as 30m, 24h or 7d, not ${JSON.stringify(overlap)}.`,
  );
}

/** Returns the only argument of an action, an id. Throws WrongUsage if there are none or several. */
export function onlyId(action: string, [id, ...more]: string[]): string {
  if (id === undefined || more.length > 0) throw new WrongUsage(`token ${action} requires one id.`);
  return id;
}
