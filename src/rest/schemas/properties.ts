import { z } from 'zod';

/* Properties that several bodies have. */

export const requestId = z.string().meta({
  description: 'Id of the request, which is also in its header `X-Request-Id` and in the log.',
  examples: ['0b9f2c5e-6a0f-4a34-9d0b-3f1d8f1e7c55'],
});
export const seconds = (what: string) =>
  z.int().meta({ description: `${what}, in seconds since 1970.`, examples: [1795843518] });
export const segmentId = z.string().meta({
  description: 'Id of the segment: 16 characters of 0-9, A-Z and a-z. Ids are never reused.',
  examples: ['0VcF6O1ofTkSFZgO'],
});
export const customerId = z
  .string()
  .meta({ description: 'Your own id of the customer.', examples: ['customer-1'] });
export const hasMore = z
  .boolean()
  .meta({ description: 'Whether there are more in the direction of paging.' });
export const cursor = (description: string) => z.string().meta({ description, examples: ['38'] });
