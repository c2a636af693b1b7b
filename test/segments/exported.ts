import type { Context } from '../../src/context.ts';
import { exportSegments } from '../../src/segments/export/resolvers.ts';
import { listSegments } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import type { TestGateway } from '../harness.ts';

/** Reads an export to its end. */
export async function exported(filter: object, context: Context): Promise<Segment[]> {
  const { pages } = await exportSegments({ filter }, context);
  const all: Segment[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** Reads all pages of a list in the order of an export. */
export async function listed(filter: object, context: Context): Promise<Segment[]> {
  const orderBy = { field: 'CREATED_AT', direction: 'ASC' } as const;
  const all: Segment[] = [];
  for (let hasMore = true; hasMore; ) {
    const last = all.at(-1);
    const page = await listSegments(
      { first: 100, filter, orderBy, ...(last && { after: { id: last.id } }) },
      context,
    );
    all.push(...page.segments);
    hasMore = await page.hasNext();
  }
  return all;
}

/**
 * Inserts this many segments into the tables of Ada and of Bob, alternately, without events. Each name and each
 * criteria is that of a tenth of them. A description begins with the account, and has `length` characters more.
 */
export async function fill({ database }: TestGateway, count: number, length = 20): Promise<void> {
  await database.$client.query(
    `insert into segments
     select account_id, '0Vbq' || lpad(g::text, 12, '0'), 'name ' || g % 10, 'criteria ' || g / 2 % 10, account_id || repeat('d', $2::int),
       moment, moment + interval '1 s'
     from generate_series(1, $1::int) g, unnest(array['ada', 'bob']) account_id,
       lateral (select timestamptz '2026-01-01' + g * interval '1 s' as moment) m`,
    [count, length],
  );
}
