import pg from 'pg';

/** A session in which gateways notify each other. */
export interface Listener {
  /** Whether the session is currently listening. */
  isListening(): boolean;
  /** Sends a notice to all gateways, including this one. Calls in quick succession send one notice. Does nothing without a session. */
  notify(): void;
  stop(): Promise<void>;
}

interface Options {
  url: string;
  channel: string;
  /** Called for each notice. Also called when listening begins, because earlier notices may have been lost. */
  onNotice(): void;
}

/** Min milliseconds between two notices that are sent. */
const MIN_GAP_MS = 50;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/**
 * Listens on a channel of Postgres in a session of its own, which is reopened whenever it ends. A notice is only a hint: notices are
 * lost while there is no session. It is sent in a separate statement, because a `NOTIFY` in the transaction of a write would take a
 * lock of the whole cluster when it commits.
 */
export function listenFor({ url, channel, onNotice }: Options): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = FIRST_PAUSE_MS;
  let isListening = false;
  let isPending = false;
  let sentAt = 0;
  let isStopped = false;

  const lose = (lost: pg.Client) => {
    if (lost !== client) return;
    client = undefined;
    isListening = false;
    lost.end().catch(() => {});
    if (isStopped) return;
    timer = setTimeout(open, pause).unref();
    pause = Math.min(2 * pause, MAX_PAUSE_MS);
  };

  const open = async () => {
    const opened = new pg.Client({
      connectionString: url,
      application_name: 'segments-gateway listen',
      keepAlive: true,
      connectionTimeoutMillis: 2_000,
    });
    client = opened;
    opened.on('error', () => lose(opened));
    opened.on('end', () => lose(opened));
    opened.on('notification', onNotice);
    try {
      await opened.connect();
      await opened.query(`listen ${pg.escapeIdentifier(channel)}`);
      if (opened !== client) return;
      isListening = true;
      pause = FIRST_PAUSE_MS;
      onNotice();
    } catch {
      lose(opened);
    }
  };
  void open();

  const send = async () => {
    await client?.query('select pg_notify($1, $2)', [channel, '']).catch(() => {});
    sentAt = performance.now();
    isPending = false;
  };

  return {
    isListening: () => isListening,
    notify() {
      if (isPending || !isListening) return;
      isPending = true;
      setTimeout(() => void send(), Math.max(0, sentAt + MIN_GAP_MS - performance.now())).unref();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      isListening = false;
      await client?.end().catch(() => {});
    },
  };
}
