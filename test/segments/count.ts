import type { Context } from '../../src/context.ts';
import { listSegments } from '../../src/segments/resolvers.ts';

/** Counts the segments that match a filter, as a request for nothing but `totalCount` does. */
export async function countSegments(
  { filter }: { filter?: object | null },
  context: Context,
): Promise<number> {
  const page = await listSegments({ filter, isRead: false }, context);
  return page.count();
}
