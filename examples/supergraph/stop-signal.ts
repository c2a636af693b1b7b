/** Handles signals from now on, so that whatever was started is stopped. Further signals are ignored. */
export function stopSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => controller.abort());
  return { signal, stopped };
}
