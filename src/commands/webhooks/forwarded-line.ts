import { brief, visible } from '../../errors/quoted.ts';
import { type Attempt, isDelivered } from '../../webhooks/attempt.ts';

/** What a line shows of an event, and what its message needs, as REST has it. */
export interface ForwardedEvent {
  id: string;
  type: string;
  created_at: number;
  cursor: string;
}

/** Formats the result of an event for people: when it was sent, its place and type, the status, how long that took, and why it failed. */
export function forwardedLine({ id, type, cursor }: ForwardedEvent, attempt: Attempt): string {
  const { at, ms, status, error, body } = attempt;
  const time = new Date(at).toISOString().replace(/\.\d+/, '');
  const why = isDelivered(attempt) ? '' : (error ?? `"${brief(body ?? '')}"`);
  const parts = [time, cursor, type, id, `${status ?? 'failed'} in ${ms} ms`, ...(why ? [why] : [])];
  return visible(parts.join('  '));
}
