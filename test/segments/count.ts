import type { Context } from '../../src/context.ts';
import { listSegments } from '../../src/segments/resolvers.ts';

/** Counts the segments that match a filter, like an operation that only selects `totalCount`. */
export async function countSegments(
  { filter }: { filter?: object | null },
  context: Context,
): Promise<number> {
  const page = await listSegments({ filter, isRead: false }, context);
  return page.count();
}
