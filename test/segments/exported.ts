import type { Context } from '../../src/context.ts';
import { exportSegments } from '../../src/segments/export/resolvers.ts';
import { listSegments } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import type { TestGateway } from '../harness.ts';
import { administer } from '../postgres.ts';

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

const CURSOR = /^declare exported no scroll cursor for /;

/** Returns the query of the cursor that an export reads, and its values. */
export async function queryOf(filter: object, gateway: TestGateway, context: Context) {
  gateway.statements.length = 0;
  const { pages } = await exportSegments({ filter }, context);
  await pages.return(undefined);
  const declared = gateway.statements.find(({ text }) => CURSOR.test(text));
  if (!declared) throw new Error('No cursor was declared.');
  return { ...declared, text: declared.text.replace(CURSOR, ''), isCursor: true };
}

/**
 * Inserts this many segments into the tables of Ada and of Bob, alternately, without events. Each name and each
 * criteria is that of a tenth of them. A description begins with the account, and has `length` characters more.
 */
export async function fill({ database }: TestGateway, count: number, length = 20): Promise<void> {
  // In a session without the time limit of the gateway, which a slow machine would exceed.
  await administer(
    database.$client.options.connectionString ?? '',
    `insert into segments
     select account_id, '0Vbq' || lpad(g::text, 12, '0'), 'name ' || g % 10, 'criteria ' || g / 2 % 10,
       account_id || repeat('d', ${length}), moment, moment + interval '1 s'
     from generate_series(1, ${count}) g, unnest(array['ada', 'bob']) account_id,
       lateral (select timestamptz '2026-01-01' + g * interval '1 s' as moment) m`,
  );
}
