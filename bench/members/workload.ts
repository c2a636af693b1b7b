import type { Sent, Workload } from '../workloads.ts';
import type { MemberSample } from './sample.ts';

/** A workload and the accounts that it is sent from. */
export interface MemberWorkload {
  workload: Workload<MemberSample>;
  samples: readonly MemberSample[];
  /** Whether it changes anything. The systems' answers to others must be the same. */
  writes?: boolean;
}

/** The nth of a list, which begins again at its end. */
export function nthOf<Value>(values: readonly Value[], nth: number): Value {
  const value = values[nth % values.length];
  if (value === undefined) throw new Error('The list is empty.');
  return value;
}

export const get = (path: string): Sent => ({ method: 'GET', path });
export const query = (query: string, variables: object): Sent => ({
  method: 'POST',
  path: '/graphql',
  body: { query, variables },
});

/** A customer who is in no segment. */
export const nobody = (nth: number): string => `nobody-${nth}`;

/** Customers of whom one in ten is in no segment. */
export const customersOf = ({ customers }: MemberSample, first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => (i % 10 === 9 ? nobody(i) : nthOf(customers, first + i)));
