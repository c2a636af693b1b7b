import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import { and, desc, eq, inArray, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { createYoga } from 'graphql-yoga';
import { create, pool } from './database.ts';
import { segments } from './table.ts';

/** Yoga, Pothos and Drizzle as they are commonly used: each resolver sends a query. */
type Row = Omit<typeof segments.$inferSelect, 'account_id'>;
const db = drizzle({ client: pool });
const builder = new SchemaBuilder<{ Context: { account: string }; DefaultFieldNullability: false }>({
  defaultFieldNullability: false,
});

const Segment = builder.objectRef<Row>('Segment').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    criteria: t.exposeString('criteria'),
    description: t.exposeString('description'),
    createdAt: t.string({ resolve: ({ created_at }) => created_at.toISOString() }),
    updatedAt: t.string({ resolve: ({ updated_at }) => updated_at.toISOString() }),
  }),
});
const PageInfo = builder.objectRef<{ hasNextPage: boolean; endCursor: string | null }>('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    endCursor: t.exposeString('endCursor', { nullable: true }),
  }),
});
const Connection = builder.objectRef<{ rows: Row[]; hasMore: boolean }>('SegmentConnection').implement({
  fields: (t) => ({
    nodes: t.field({ type: [Segment], resolve: ({ rows }) => rows }),
    pageInfo: t.field({
      type: PageInfo,
      resolve: ({ rows, hasMore }) => ({ hasNextPage: hasMore, endCursor: rows.at(-1)?.id ?? null }),
    }),
  }),
});
const Payload = builder.objectRef<{ segment: Row }>('CreateSegmentPayload').implement({
  fields: (t) => ({ segment: t.expose('segment', { type: Segment }) }),
});
const Input = builder.inputType('CreateSegmentInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    criteria: t.string({ required: true }),
    description: t.string({ required: true }),
  }),
});

builder.queryType({
  fields: (t) => ({
    segment: t.field({
      type: Segment,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_, { id }, { account }) => {
        const [row] = await db
          .select()
          .from(segments)
          .where(and(eq(segments.account_id, account), eq(segments.id, String(id))));
        return row ?? null;
      },
    }),
    segments: t.field({
      type: Connection,
      args: { first: t.arg.int({ defaultValue: 10 }), after: t.arg.string() },
      resolve: async (_, { first, after }, { account }) => {
        const size = first ?? 10;
        const where = and(eq(segments.account_id, account), after ? lt(segments.id, after) : undefined);
        const rows = await db
          .select()
          .from(segments)
          .where(where)
          .orderBy(desc(segments.id))
          .limit(size + 1);
        return { rows: rows.slice(0, size), hasMore: rows.length > size };
      },
    }),
    nodes: t.field({
      type: [Segment],
      nullable: { list: false, items: true },
      args: { ids: t.arg.idList({ required: true }) },
      resolve: async (_, { ids }, { account }) => {
        const rows = await db
          .select()
          .from(segments)
          .where(and(eq(segments.account_id, account), inArray(segments.id, ids.map(String))));
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => byId.get(String(id)) ?? null);
      },
    }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createSegment: t.field({
      type: Payload,
      args: { input: t.arg({ type: Input, required: true }) },
      resolve: async (_, { input }, { account }) => ({ segment: await create(account, input) }),
    }),
  }),
});

const yoga = createYoga({
  schema: builder.toSchema(),
  logging: false,
  graphiql: false,
  context: ({ request }) => ({ account: request.headers.get('x-account') ?? '' }),
});
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');
