/**
 * Time limits of tests, in milliseconds. They only end what hangs: machines differ so much in speed that no test depends on them. A
 * test that is repeated more often in its long form adds to them.
 */
export const LIMIT_MS = { test: 600_000, state: 120_000 };
