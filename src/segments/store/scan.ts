/** Statements that may scan have one call each. Two calls together could exceed the time limit. */
export const ALONE = { largest: 1, shared: 0 };
