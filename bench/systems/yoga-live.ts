import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import { createPubSub, createYoga } from 'graphql-yoga';
import { create, type Row, retrieve } from './database.ts';

/** Subscriptions as Yoga's documentation shows them: a mutation publishes what it wrote, in the memory of the process. */
type Event = { type: string; segmentId: string; segment: Row };
const pubSub = createPubSub<{ segments: [account: string, event: Event] }>();

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
const SegmentEvent = builder.objectRef<Event>('SegmentEvent').implement({
  fields: (t) => ({
    type: t.exposeString('type'),
    segmentId: t.exposeID('segmentId'),
    segment: t.expose('segment', { type: Segment }),
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
      resolve: (_, { id }, { account }) => retrieve(account, String(id)),
    }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createSegment: t.field({
      type: Payload,
      args: { input: t.arg({ type: Input, required: true }) },
      resolve: async (_, { input }, { account }) => {
        const segment = await create(account, input);
        pubSub.publish('segments', account, { type: 'SEGMENT_CREATED', segmentId: segment.id, segment });
        return { segment };
      },
    }),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    segmentEvents: t.field({
      type: SegmentEvent,
      subscribe: (_, __, { account }) => pubSub.subscribe('segments', account),
      resolve: (event) => event,
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
