import { Refusal, Unavailable } from '../errors/refusals.ts';
import { shares } from '../fairness/shares.ts';

/** An open stream, or a request that waits for events. */
export interface Stream {
  /** Aborts when the stream must end. Its reason is a Refusal if the caller's token has ended. */
  signal: AbortSignal;
  /** Ends the stream and frees its place. Can be called more than once. */
  close(): void;
  /** Counts events that the stream has sent. */
  sent(events: number): void;
}

/** The open streams of this process. */
export interface Streams {
  /**
   * Opens a stream of an account. `review` is called periodically and returns whether the caller can still read. Throws
   * RATE_LIMITED if the account has too many streams. Throws UNAVAILABLE if the process has too many streams or is stopping.
   */
  open(accountId: string, review: () => Promise<boolean>): Stream;
  count(): number;
  /** How many events all streams have sent so far. */
  eventsSent(): number;
  /** Aborts when all streams end. */
  ending: AbortSignal;
  /** Ends all streams, so that clients resume at another gateway. No further stream can be opened. */
  close(): void;
}

interface Limits {
  perAccount: number;
  perProcess: number;
  /** Milliseconds between two reviews. The streams of a revoked token end within this time. */
  reviewMs?: number | undefined;
  /** Called for each stream that is refused because there are too many. */
  onRefused?(): void;
}

/** A revoked token must be refused within five seconds. This leaves one second for the review itself. */
const REVIEW_MS = 4_000;
const RETRY_S = '5';

interface Open {
  controller: AbortController;
  review(): Promise<boolean>;
}

/** Limits the number of open streams, and ends streams whose token has ended. */
export function openStreams({ perAccount, perProcess, reviewMs = REVIEW_MS, onRefused }: Limits): Streams {
  const open = new Set<Open>();
  const places = shares<string>({ total: perProcess, each: perAccount });
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let eventsSent = 0;

  const reviewAll = async () => {
    await Promise.all([...open].map(reviewOne));
    timer = open.size > 0 ? setTimeout(reviewAll, reviewMs).unref() : undefined;
  };

  return {
    open(accountId, review) {
      if (ending.signal.aborted) throw new Unavailable('not_applied', { message: STOPPING });
      if (!places.take(accountId)) {
        onRefused?.();
        throw places.of(accountId) >= perAccount
          ? tooMany(perAccount)
          : new Unavailable('not_applied', { message: FULL });
      }
      const stream: Open = { controller: new AbortController(), review };
      open.add(stream);
      timer ??= setTimeout(reviewAll, reviewMs).unref();
      const { signal } = stream.controller;
      return {
        signal,
        close() {
          if (!open.delete(stream)) return;
          places.giveBack(accountId);
          stream.controller.abort();
        },
        sent(events) {
          eventsSent += events;
        },
      };
    },
    count: () => open.size,
    eventsSent: () => eventsSent,
    ending: ending.signal,
    close() {
      ending.abort();
      clearTimeout(timer);
      for (const { controller } of open) controller.abort();
    },
  };
}

/** Ends a stream if its caller can no longer read. If the database does not answer, the stream stays open: it has nothing to send. */
async function reviewOne({ controller, review }: Open): Promise<void> {
  const mayRead = await review().catch(() => true);
  if (!mayRead) controller.abort(new Refusal('UNAUTHENTICATED', 'The token of this stream has ended.'));
}

const STOPPING = 'The gateway is stopping. Resume the stream from your last cursor.';
const FULL = 'Too many streams are open. Try again in a moment.';

const tooMany = (limit: number) =>
  new Refusal(
    'RATE_LIMITED',
    `This account has ${limit} open streams, the maximum. Close one to open another.`,
    {
      headers: { 'retry-after': RETRY_S },
    },
  );
