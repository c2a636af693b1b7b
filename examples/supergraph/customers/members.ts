/** A customer of the company. */
export interface Customer {
  id: string;
  name: string;
}

export const customers: readonly Customer[] = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald'].map(
  (name, i) => ({
    id: `c${i + 1}`,
    name,
  }),
);

/** Which customers belong to which segment. This subgraph stores only the ids of segments. */
export class Members {
  readonly #ofSegment = new Map<string, readonly string[]>();

  /** Sets the customers of a segment, by their ids. */
  assign(segmentId: string, customerIds: readonly string[]): void {
    this.#ofSegment.set(segmentId, customerIds);
  }

  customersOf(segmentId: string): Customer[] {
    const ids = this.#ofSegment.get(segmentId) ?? [];
    return customers.filter(({ id }) => ids.includes(id));
  }

  segmentsOf(customerId: string): { id: string }[] {
    return [...this.#ofSegment].filter(([, ids]) => ids.includes(customerId)).map(([id]) => ({ id }));
  }
}
