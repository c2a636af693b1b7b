import fc from 'fast-check';

/**
 * The seed of property tests that set none. It is fixed, so that a new counterexample never blocks an unrelated change.
 * `PROPERTY_SEED=random npm test` runs them with fresh seeds, and fast-check reports the seed of a failure.
 */
if (process.env.PROPERTY_SEED !== 'random') fc.configureGlobal({ seed: 1 });
