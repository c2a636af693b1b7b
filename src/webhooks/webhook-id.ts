import { randomBase62 } from '../values/base62.ts';

const DIGITS = 22;
const WEBHOOK_ID = /^whe_[0-9A-Za-z]{22}$/;

/** Makes the id of an endpoint: `whe_` and 22 random digits in base 62 (131 bits). */
export const newWebhookId = (): string => `whe_${randomBase62(DIGITS)}`;

/** Whether a text has the form of an endpoint's id. Without it, no query is needed. */
export const isWebhookId = (text: string): boolean => WEBHOOK_ID.test(text);
