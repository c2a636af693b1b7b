import { Refusal, Unavailable } from '../errors/refusals.ts';

/** An open stream, or a request that waits for events. */
export interface Stream {
  /** Aborts when the stream has to end: with a Refusal as its reason if the caller may not read on. */
  signal: AbortSignal;
  /** Gives up the place of the stream. Can be called again. */
  close(): void;
}

/** The open streams of this process. */
export interface Streams {
  /**
   * Opens a stream of an account. `review` tells, now and then, whether its caller may still read. Throws RATE_LIMITED if the
   * account has too many streams, UNAVAILABLE if the process has or if it is stopping.
   */
  open(accountId: string, review: () => Promise<boolean>): Stream;
  count(): number;
  /** Aborts when all streams end. */
  ending: AbortSignal;
  /** Ends all streams, so that clients resume at another gateway. No new one can be opened. */
  close(): void;
}

interface Limits {
  perAccount: number;
  perProcess: number;
  /** How often callers are reviewed. A token that is revoked ends its streams within this time. */
  reviewMs?: number | undefined;
}

/** A review takes a moment: together they take less than the five seconds after which no revoked token is accepted. */
const REVIEW_MS = 4_000;
const RETRY_S = '5';

interface Open {
  controller: AbortController;
  review(): Promise<boolean>;
}

/** Keeps the open streams, limits how many there are, and ends those whose token has ended. */
export function openStreams({ perAccount, perProcess, reviewMs = REVIEW_MS }: Limits): Streams {
  const open = new Set<Open>();
  const ofAccount = new Map<string, number>();
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const reviewAll = async () => {
    await Promise.all([...open].map(reviewOne));
    timer = open.size > 0 ? setTimeout(reviewAll, reviewMs).unref() : undefined;
  };

  return {
    open(accountId, review) {
      const streams = ofAccount.get(accountId) ?? 0;
      if (ending.signal.aborted) throw new Unavailable('not_applied', { message: STOPPING });
      if (streams >= perAccount) throw tooMany(perAccount);
      if (open.size >= perProcess) throw new Unavailable('not_applied', { message: FULL });
      const stream: Open = { controller: new AbortController(), review };
      open.add(stream);
      ofAccount.set(accountId, streams + 1);
      timer ??= setTimeout(reviewAll, reviewMs).unref();
      const { signal } = stream.controller;
      return {
        signal,
        close() {
          if (!open.delete(stream)) return;
          const left = (ofAccount.get(accountId) ?? 1) - 1;
          if (left > 0) ofAccount.set(accountId, left);
          else ofAccount.delete(accountId);
          stream.controller.abort();
        },
      };
    },
    count: () => open.size,
    ending: ending.signal,
    close() {
      ending.abort();
      clearTimeout(timer);
      for (const { controller } of open) controller.abort();
    },
  };
}

/** If the database does not answer, nobody can tell, and there is nothing new to read either. */
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
