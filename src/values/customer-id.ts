import { text } from './text.ts';

/** Max characters of a customer's id, in code points. */
export const MAX_CUSTOMER_ID = 255;

const CONTROL = /\p{Cc}/u;

/**
 * The id of a customer. It is the caller's own: 1 to 255 characters, of which none is a control character, so that each line of a list
 * can have one id.
 */
export const customerId = text(1, MAX_CUSTOMER_ID).refine((id) => !CONTROL.test(id), {
  error: 'must not contain control characters',
});
