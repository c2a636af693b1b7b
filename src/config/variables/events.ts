import { wholeNumber } from '../forms.ts';
import { variable } from '../purpose.ts';

/** How the event log is kept. */
export const events = {
  EVENT_RETENTION_DAYS: variable(wholeNumber(1, 3_650).default(30), {
    summary: 'Days for which events are kept',
    secret: 'none',
    details:
      'Older events are deleted within about an hour. Several gateways on one database should have the same value: the smallest applies. See [Retention and erasure](events-retention.md).',
  }),
};
