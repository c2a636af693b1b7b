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

/** Who belongs to which segment. Of a segment, this subgraph holds its id and nothing else. */
export class Members {
  readonly #ofSegment = new Map<string, readonly string[]>();

  /** Puts customers, by their ids, into a segment. */
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
