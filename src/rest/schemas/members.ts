import { z } from 'zod';
import { customerId, hasMore, seconds } from './properties.ts';

export const Member = z
  .object({ customer_id: customerId, joined_at: seconds('Time at which the customer was added') })
  .meta({ description: 'A customer in a segment.' });

export const MemberList = z
  .object({ has_more: hasMore, data: z.array(Member).meta({ description: 'The members.' }) })
  .meta({ description: 'A page of members, in the order in which they joined.' });

const count = (description: string) => z.int().meta({ description, examples: [2] });

export const MemberChanges = z
  .object({
    added: count('Customers who were added.'),
    already_members: count('Customers to add who were members before.'),
    removed: count('Members who were removed.'),
    not_members: count('Customers to remove who were not members.'),
  })
  .meta({ description: 'What a change of members did.' });

export const MemberReplacement = z
  .object({
    added: count('Customers who were added.'),
    removed: count('Members who were not in the list, and were removed.'),
    unchanged: count('Members who stayed.'),
  })
  .meta({ description: 'What replacing all members did.' });
