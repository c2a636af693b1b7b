/**
 * Wraps a lookup by key, so that callers that ask for the same key in one turn of the event loop share a call. For example, all
 * streams are reviewed in one turn, and thousands of them can have the same token.
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
