import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Subscribed } from '../engine/subscription.ts';

export type Errors = readonly GraphQLError[];

/** The results of a subscription. `return` ends it immediately. With a generator, it would have to wait for the next result. */
export type Results = Required<AsyncIterator<ExecutionResult, undefined>> & AsyncIterable<ExecutionResult>;

/** The errors that end a subscription. */
export class FinalErrors extends Error {
  readonly errors: Errors;

  constructor(errors: Errors) {
    super('The subscription ended with errors.');
    this.errors = errors;
  }
}

/** Returns the results of a subscription, and observes its end once. */
export function endingWith({ results, close }: Subscribed, observeEnd: (errors?: Errors) => void): Results {
  const iterator = results[Symbol.asyncIterator]();
  let hasEnded = false;
  const end = (errors?: Errors) => {
    if (!hasEnded) observeEnd(errors);
    hasEnded = true;
    close();
    return { value: undefined, done: true } as const;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { value, done } = await iterator.next();
      if (done) return end();
      const { data, errors = [] } = value;
      if (data !== undefined) return { value, done: false };
      end(errors);
      throw new FinalErrors(errors);
    },
    return: async () => end(),
    throw: async () => end(),
  };
}
