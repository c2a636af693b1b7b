/** How statements that may scan are sent: one call each. Two together could take longer than a statement may. */
export const ALONE = { largest: 1, shared: 0 };
