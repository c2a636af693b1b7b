import type { ExecutionResult } from 'graphql';
import { resultText } from './result-text.ts';

/** The text of a payload, while the message that contains it is written. */
export interface Payload {
  payload?: string | undefined;
}

/**
 * Returns a payload for graphql-ws, which writes each message as JSON. It only writes a placeholder, so that a text is written once
 * for all subscriptions that share the result.
 */
export function payloadOf(extra: Payload, result: ExecutionResult): ExecutionResult {
  const payload = {
    data: undefined,
    toJSON() {
      extra.payload = resultText(result);
      return PLACEHOLDER;
    },
  };
  return payload;
}

const PLACEHOLDER = 0;
const END = `${PLACEHOLDER}}`;

/** Replaces the placeholder in a message that was just written. The payload is the last property of a message. */
export function withPayload(extra: Payload, message: string): string {
  const { payload } = extra;
  if (payload === undefined) return message;
  extra.payload = undefined;
  return `${message.slice(0, -END.length)}${payload}}`;
}
