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

const byId = new Map(customers.map((customer) => [customer.id, customer]));

/** Returns the customer with an id, or null. */
export const customerOf = (id: string): Customer | null => byId.get(id) ?? null;
