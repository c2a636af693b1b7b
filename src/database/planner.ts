/**
 * With these settings, every statement is planned once and has a single plan, whatever Postgres estimates about the data: each call
 * reads rows from a range of one index. By default, Postgres plans a batch anew each time, which takes longer than running it, and
 * reads whole tables if accounts differ in size or statistics are missing. `off` means that Postgres uses a method only if there is
 * no other. See `docs/decisions/plans.md`; `test/segments/plans.test.ts` checks the plans.
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

/** The same as options of a connection. */
export const PLANNER_OPTIONS = Object.entries(PLANNER)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');
