interface Waiting<Call, Value> {
  call: Call;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** Max calls that are sent together. */
const MAX = 100;

/**
 * Collects the calls of each account and sends them together, one batch of an account at a time. Calls that arrive while a batch is
 * being sent wait for the next one. So a statement that depends on all rows of an account can see what the previous one did.
 * `send` answers each call in its place.
 */
export function accountBatches<Call extends { accountId: string }, Value>(
  send: (accountId: string, calls: readonly Call[]) => Promise<readonly Value[]>,
): (call: Call) => Promise<Value> {
  const accounts = new Map<string, Waiting<Call, Value>[]>();

  const work = async (accountId: string, waiting: Waiting<Call, Value>[]) => {
    while (waiting.length > 0) {
      const sent = waiting.splice(0, MAX);
      try {
        const values = await send(
          accountId,
          sent.map(({ call }) => call),
        );
        for (const [i, { resolve }] of sent.entries()) resolve(values[i] as Value); // one for each call
      } catch (error) {
        for (const { reject } of sent) reject(error);
      }
    }
    accounts.delete(accountId);
  };

  return (call) => {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const { accountId } = call;
    const waiting = accounts.get(accountId);
    if (waiting) waiting.push({ call, resolve, reject });
    else {
      const first = [{ call, resolve, reject }];
      accounts.set(accountId, first);
      setImmediate(() => void work(accountId, first));
    }
    return promise;
  };
}
