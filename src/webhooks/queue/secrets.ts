import { sql } from 'drizzle-orm';
import { EVENT_TYPES, type EventType } from '../../events/event.ts';

/** Selects the secrets of `endpoint` that sign now. */
export const SECRETS = sql`endpoint.secret,
  case when endpoint.previous_secret_until > now() then endpoint.previous_secret end`;

/** Reads the secrets that `SECRETS` selected, the newest first. */
export const readSecrets = (values: readonly unknown[]): string[] =>
  values.filter((value) => typeof value === 'string');

/** Whether a stored type is one of this version: a later one may have stored others. */
export const isSent = (type: unknown): type is EventType => EVENT_TYPES.some((each) => each === type);
