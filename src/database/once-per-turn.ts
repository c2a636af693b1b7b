/**
 * Wraps a function that finds something by a key, so that it is called once for each key in a turn of the event loop. For keys that are
 * often the same: all streams are reviewed in one turn, and thousands of them can have one token.
 */
export function oncePerTurn<Found>(find: (key: string) => Promise<Found>): (key: string) => Promise<Found> {
  const ofTurn = new Map<string, Promise<Found>>();
  return (key) => {
    const underWay = ofTurn.get(key);
    if (underWay) return underWay;
    if (ofTurn.size === 0) setImmediate(() => ofTurn.clear());
    const found = find(key);
    ofTurn.set(key, found);
    return found;
  };
}
