import type { SQL } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { isReadOnly, isTooLate } from './failure.ts';
import { prepare, statement, type Values } from './statement.ts';

/**
 * Returns a function that does one piece of background work in the lane of large statements. The query has a placeholder `size` for
 * the max rows of a piece: `max`, or fewer after a piece exceeded its time limit. The function returns null if the database is
 * read-only, and throws other errors.
 */
export function pieces<Row>({ large }: Database, query: SQL, max: number, decode: (values: Values) => Row) {
  const run = prepare(large, '', statement(query), decode);
  let size = max;

  return async (given: Readonly<Record<string, unknown>>): Promise<Row[] | null> => {
    for (;;) {
      try {
        const rows = await large.queue.run(null, () => run({ ...given, size }));
        size = Math.min(max, size * 2);
        return rows;
      } catch (error) {
        if (isReadOnly(error)) return null;
        if (!isTooLate(error) || size === 1) throw error;
        size = Math.ceil(size / 2);
      }
    }
  };
}
