/**
 * How long a stop may take; then the process is killed. Longer than the time limits of all parts together: requests in flight, the
 * pool, the embedded Postgres.
 */
export const MAX_STOP_MS = 25_000;

/**
 * The signals of Ctrl-C, Ctrl-\, a closed terminal, and supervisors. All of them must shut this process down properly, because
 * nothing else stops the embedded Postgres.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Listens to the signals that ask this process to stop. The first one aborts `signal`, with its name as the reason. Further ones
 * are ignored: npm forwards Ctrl-C, so it arrives twice.
 */
export function stopSignal(): { signal: AbortSignal; stopped: Promise<void> } {
  const controller = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve());
  });
  for (const name of SIGNALS) process.on(name, () => controller.abort(name));
  return { signal: controller.signal, stopped };
}
