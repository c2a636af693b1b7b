/**
 * Ctrl-C, Ctrl-\, the end of the terminal, and what supervisors send. All of them must stop this process in order, because
 * nothing else stops the embedded Postgres.
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
