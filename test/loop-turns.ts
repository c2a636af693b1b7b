/** Counts the turns of the event loop from now on until `stop` is called. */
export function loopTurns(): { count(): number; stop(): void } {
  let turns = 0;
  let isStopped = false;
  const next = () => {
    turns += 1;
    if (!isStopped) setImmediate(next);
  };
  setImmediate(next);
  return {
    count: () => turns,
    stop() {
      isStopped = true;
    },
  };
}
