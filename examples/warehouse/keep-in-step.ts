/*
 * Keeps a table of a warehouse in step with the segments of an account. The first run loads an export; then it follows the event log.
 * It can be stopped at any time: the table and the place in the log are always written together.
 *
 * SEGMENTS_URL, SEGMENTS_TOKEN (with the scope segments:read), WAREHOUSE_URL (any Postgres). With --once, it ends when it is up to date.
 */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import pg from 'pg';

const { SEGMENTS_URL = 'http://127.0.0.1:4000', SEGMENTS_TOKEN = '', WAREHOUSE_URL } = process.env;
const once = process.argv.includes('--once');

interface Segment {
  id: string;
  name: string;
  criteria: string;
  description: string;
  created_at: number;
  updated_at: number;
}

interface Event {
  type: string;
  segment_id: string;
  segment: Segment | null;
}

interface EventPage {
  data: Event[];
  next: string;
  has_more: boolean;
}

const warehouse = new pg.Client(WAREHOUSE_URL);
await warehouse.connect();
await warehouse.query(`
  create table if not exists customer_segments (
    id text primary key, name text not null, criteria text not null, description text not null,
    created_at timestamptz not null, updated_at timestamptz not null);
  create table if not exists customer_segments_cursor (cursor text not null);`);

try {
  let cursor: string | null | undefined = await knownCursor();
  for (;;) {
    cursor ??= await loadExport();
    const page = await eventsAfter(cursor);
    if (page) await apply(page);
    cursor = page?.next;
    if (once && page && !page.has_more) break;
  }
} finally {
  await warehouse.end();
}

/** Replaces the table by an export, and returns the cursor of its snapshot. */
async function loadExport(): Promise<string> {
  const response = await get('/v1/customer-segments/export', { accept: 'application/x-ndjson' });
  const cursor = response.headers.get('event-cursor') ?? '0';
  const { body } = response;
  if (!body) throw new Error('The export has no body.');
  await together(async () => {
    await warehouse.query('truncate customer_segments');
    for await (const line of createInterface({ input: Readable.fromWeb(body) })) await put(JSON.parse(line));
    await keep(cursor);
  });
  return cursor;
}

/** Returns the next events; null if they are no longer kept, so that a new export is needed. Waits for events, unless `once`. */
async function eventsAfter(cursor: string): Promise<EventPage | null> {
  const query = new URLSearchParams({ after: cursor, limit: '100', ...(!once && { wait: '30' }) });
  const response = await get(`/v1/events?${query}`);
  return response.status === 410 ? null : ((await response.json()) as EventPage);
}

/** Applies a page of events, and keeps its end as the place in the log. */
async function apply({ data, next }: EventPage): Promise<void> {
  await together(async () => {
    for (const { type, segment_id, segment } of data) {
      if (type === 'customer_segment.deleted') {
        await warehouse.query('delete from customer_segments where id = $1', [segment_id]);
      } else if (segment) await put(segment); // else it is deleted by a later event
    }
    await keep(next);
  });
}

async function put({ id, name, criteria, description, created_at, updated_at }: Segment): Promise<void> {
  await warehouse.query(
    `insert into customer_segments values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6))
     on conflict (id) do update set (name, criteria, description, updated_at)
       = (excluded.name, excluded.criteria, excluded.description, excluded.updated_at)`,
    [id, name, criteria, description, created_at, updated_at],
  );
}

async function knownCursor(): Promise<string | undefined> {
  const { rows } = await warehouse.query<{ cursor: string }>('select cursor from customer_segments_cursor');
  return rows[0]?.cursor;
}

async function keep(cursor: string): Promise<void> {
  await warehouse.query('delete from customer_segments_cursor');
  await warehouse.query('insert into customer_segments_cursor values ($1)', [cursor]);
}

async function together(work: () => Promise<void>): Promise<void> {
  await warehouse.query('begin');
  try {
    await work();
    await warehouse.query('commit');
  } catch (error) {
    await warehouse.query('rollback');
    throw error;
  }
}

/** Sends a request. Throws for every status but 2xx and 410. */
async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(SEGMENTS_URL + path, {
    headers: { authorization: `Bearer ${SEGMENTS_TOKEN}`, ...headers },
  });
  if (response.ok || response.status === 410) return response;
  throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
