import { Unavailable } from '../errors/refusals.ts';
import type { Transfers } from '../fairness/transfers.ts';
import { randomBase62 } from '../values/base62.ts';
import type { Attempt } from './attempt.ts';
import type { Destinations } from './destinations.ts';
import { messageOf } from './message.ts';
import type { Target } from './store/target.ts';

/** What tests of endpoints need. */
export interface TestContext {
  destinations: Destinations;
  /** The tests in progress. */
  tests: Transfers;
  /** Gives up the place of the request. */
  leavePlace(): void;
  onGone(listener: () => void): void;
}

const TYPE = 'webhook_endpoint.test';
const DIGITS = 22;

/**
 * Sends a test message to an endpoint, and returns the result. Stores nothing. Stops when the caller is gone. Throws RATE_LIMITED
 * and UNAVAILABLE if too many tests are in progress.
 */
export async function sendTest(
  { accountId, id, url, secrets }: Target & { accountId: string; id: string },
  { destinations, tests, leavePlace, onGone }: TestContext,
): Promise<Attempt> {
  const end = tests.begin(accountId);
  try {
    const gone = new AbortController();
    onGone(() => gone.abort(new Unavailable('unknown', { message: 'The caller of the test is gone.' })));
    leavePlace();
    const at = Date.now();
    const message = messageOf({
      id: `msg_${randomBase62(DIGITS)}`,
      type: TYPE,
      createdAt: Math.floor(at / 1000),
      data: { webhook_endpoint_id: id },
      secrets,
      at,
    });
    const connection = destinations.open(url);
    try {
      const { attempt } = await connection.post(message, gone.signal);
      return attempt;
    } finally {
      connection.close();
    }
  } finally {
    end();
  }
}
