import { serve } from '@hono/node-server';
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Hono } from 'hono';
import { create, pool, represent, representPage, update } from './database.ts';
import { segments } from './table.ts';

/** Hono and Drizzle, with Drizzle's prepared statements. */
const { account_id, id, name, criteria, description, created_at, updated_at } = segments;
const columns = { id, name, criteria, description, created_at, updated_at };
const db = drizzle({ client: pool });
const account = eq(account_id, sql.placeholder('account'));
const one = db
  .select(columns)
  .from(segments)
  .where(and(account, eq(id, sql.placeholder('id'))))
  .prepare('one');
const before = lt(id, sql.placeholder('after'));
const many = db
  .select(columns)
  .from(segments)
  .where(and(account, before))
  .orderBy(desc(id))
  .limit(sql.placeholder('limit'))
  .prepare('list');
const named = db
  .select(columns)
  .from(segments)
  .where(and(account, eq(name, sql.placeholder('name'))))
  .orderBy(desc(id))
  .limit(sql.placeholder('limit'))
  .prepare('named');

const app = new Hono();
const PATH = '/v1/customer-segments';

app.get(`${PATH}/:id`, async (context) => {
  const [row] = await one.execute({ account: context.req.header('x-account'), id: context.req.param('id') });
  return row ? context.json(represent(row)) : context.json({}, 404);
});

app.get(PATH, async (context) => {
  const { limit: asked = '10', starting_after: after = '~', name } = context.req.query();
  const given = { account: context.req.header('x-account'), limit: Number(asked) + 1 };
  const rows =
    name === undefined ? await many.execute({ ...given, after }) : await named.execute({ ...given, name });
  return context.json(representPage(rows, Number(asked)));
});

app.post(PATH, async (context) => {
  const row = await create(context.req.header('x-account') ?? '', await context.req.json());
  return context.json(represent(row), 201);
});

app.put(`${PATH}/:id`, async (context) => {
  const row = await update(
    context.req.header('x-account') ?? '',
    context.req.param('id'),
    await context.req.json(),
  );
  return row ? context.json(represent(row)) : context.json({}, 404);
});

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' });
