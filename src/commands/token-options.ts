import { InvalidArgumentError } from 'commander';
import { isAccountId, SCOPES } from '../accounts/viewer.ts';

/** What `token create` was asked for. */
export interface TokenDraft {
  account: string;
  name: string;
  scopes: string[];
  expires: Date | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_LIFETIME_DAYS = 36_500;
/** The name of the token of the environment. */
const RESERVED = 'API_TOKEN';

/* Each function reads the value of an option. It throws InvalidArgumentError, whose message follows the name of the option. */

export function accountOf(id: string): string {
  if (isAccountId(id)) return id;
  throw new InvalidArgumentError('It must have 1 to 64 characters of A-Z a-z 0-9 _ . -');
}

export function nameOf(name: string): string {
  if (name !== RESERVED) return name;
  throw new InvalidArgumentError(`It must not be ${RESERVED}, the name of the environment's token.`);
}

export function scopesOf(list: string): string[] {
  const scopes = list.split(',');
  const unknown = scopes.find((scope) => !SCOPES.some((known) => known === scope));
  if (unknown === undefined) return scopes;
  throw new InvalidArgumentError(
    `It can have ${SCOPES.join(', ')}, separated by commas, not ${JSON.stringify(unknown)}.`,
  );
}

export function expiryOf(days: string): Date {
  const number = /^\d+$/.test(days) ? Number(days) : 0;
  if (number >= 1 && number <= MAX_LIFETIME_DAYS) return new Date(Date.now() + number * DAY_MS);
  throw new InvalidArgumentError(`It must be a whole number of days from 1 to ${MAX_LIFETIME_DAYS}.`);
}

const UNITS: Record<string, number> = { m: 60_000, h: 60 * 60_000, d: DAY_MS };

export function millisecondsOf(overlap: string): number {
  const [, number = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(overlap) ?? [];
  const milliseconds = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new InvalidArgumentError('It must be minutes, hours or days, such as 30m, 24h or 7d.');
}
