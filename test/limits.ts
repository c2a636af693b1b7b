/**
 * Time limits of tests, in milliseconds. They only end tests that hang: machines differ so much in speed that no test may depend
 * on a limit. A test whose number of rounds can be configured adds time for each round.
 */
export const LIMIT_MS = { test: 600_000, state: 120_000 };
