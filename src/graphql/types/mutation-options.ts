/** The options that all mutations have. */
export const MUTATION = {
  /** A mutation that fails does not discard the results of those before it in the same operation. */
  nullable: true,
  /** A contract of a supergraph can exclude all mutations by this tag. */
  directives: { tag: { name: 'write' } },
} as const;

/** The description of the argument of each mutation. */
export const INPUT = 'Input of the mutation.';
