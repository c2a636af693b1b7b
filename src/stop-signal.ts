/**
 * Ctrl-C; what supervisors send, SIGQUIT among it; Ctrl-\; and the end of the terminal. Whichever it is, nobody but this process
 * stops the embedded Postgres.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Listens to the signals that ask this process to stop. The first one aborts, with its name as the reason. npm passes
 * Ctrl-C on, so a second one says nothing new.
 */
export function stopSignal(): { signal: AbortSignal; stopped: Promise<void> } {
  const controller = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve());
  });
  for (const name of SIGNALS) process.on(name, () => controller.abort(name));
  return { signal: controller.signal, stopped };
}
