import { MAX_IDS } from '../../members/member.ts';
import { isInSegments } from '../../members/resolvers.ts';
import { MAX_CUSTOMER_ID } from '../../values/customer-id.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import type { Entity } from './entities.ts';

/** A customer, of whom only the id is known here. */
export interface CustomerShape {
  customerId: string;
}

export const Customer = builder.objectRef<CustomerShape>('Customer').implement({
  description:
    'A customer of yours. This service knows only the id, and which segments the customer is a member of. In a supergraph, other fields come from the service that owns customers.',
  directives: { key: { fields: 'id' } },
  fields: (t) => ({
    id: t.id({
      extensions: maxCharacters(MAX_CUSTOMER_ID),
      description: `Your own id of the customer, 1 to ${MAX_CUSTOMER_ID} characters.`,
      resolve: ({ customerId }) => customerId,
    }),
    // Nullable, because another service owns customers: a failure here must not discard what it knows about them.
    inSegments: t.booleanList({
      nullable: true,
      description:
        'Whether the customer is a member of these segments, in the order of `ids`. False for a segment that does not exist. Requires the scope `members:read`.',
      args: {
        ids: t.arg.idList({
          required: true,
          description: `Ids of the segments, up to ${MAX_IDS.toLocaleString('en')}.`,
        }),
      },
      resolve: ({ customerId }, { ids }, context) => isInSegments({ customerId, ids }, context),
    }),
  }),
});

/** Customers, whom a router can request by id. Every id is one of a customer, so there is nothing to look up. */
export const CUSTOMER: Entity = {
  type: 'Customer',
  owns: (value) => 'customerId' in value,
  find: async (ids) => ids.map((customerId): CustomerShape => ({ customerId })),
};
