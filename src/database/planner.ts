/**
 * Every statement is planned once, and has one plan, whatever Postgres believes about the data: rows are read from a range of
 * one index, call by call. Left to itself, Postgres plans a batch anew each time, which takes three times as long as
 * running it; and it reads whole tables if accounts differ in size or statistics are missing. `off` means: only if there is no other way.
 * See `docs/decisions/plans.md`; `test/segments/plans.test.ts` holds the plans.
 */
export const PLANNER = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_sort: 'off',
  jit: 'off',
  max_parallel_workers_per_gather: '0', // one statement takes one core
} as const;

/** The same, as a connection is told it. */
export const PLANNER_OPTIONS = Object.entries(PLANNER)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');
