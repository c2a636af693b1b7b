import { beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Json, restAt } from '../client.ts';
import { testGateway } from '../harness.ts';
import { attempt, COLLECTION, createEndpoint, eventId, issuesOf, storeDeliveries } from './calls.ts';

const gateway = testGateway();
let id: string;

const FAILED = attempt({ status: null, error: 'The connection was refused.', body: null });

beforeAll(async () => {
  ({ id } = await createEndpoint(gateway));
  await storeDeliveries(
    gateway,
    id,
    ['DELIVERED', 'FAILED', 'DELIVERED', 'FAILED', 'PENDING'],
    [FAILED, attempt()],
  );
});

const list = (query = '', as: 'ada' | 'bob' = 'ada') =>
  restAt(gateway, `${COLLECTION}/${id}/deliveries${query}`, { as });

describe('GET /v1/webhook-endpoints/{id}/deliveries', () => {
  const placesOf = async (query: string) => {
    const { body } = await list(query);
    return [body.data.map(({ cursor }: Json) => cursor).join(), body.has_more];
  };

  it('shows the newest event first, with its attempts', async () => {
    const { body } = await list('?limit=1');
    expect(body).toEqual({
      has_more: true,
      data: [
        {
          event_id: eventId(5),
          cursor: '5',
          type: 'customer_segment.created',
          status: 'pending',
          attempts: [
            {
              occurred_at: 1_795_843_518,
              duration_ms: 120,
              status_code: null,
              error: 'The connection was refused.',
              response_body: null,
            },
            {
              occurred_at: 1_795_843_518,
              duration_ms: 120,
              status_code: 200,
              error: null,
              response_body: 'ok',
            },
          ],
        },
      ],
    });
  });

  it('pages in both directions from the id of an event', async () => {
    expect(await placesOf('')).toEqual(['5,4,3,2,1', false]);
    expect(await placesOf(`?limit=2&starting_after=${eventId(5)}`)).toEqual(['4,3', true]);
    expect(await placesOf(`?limit=3&starting_after=${eventId(4)}`)).toEqual(['3,2,1', false]);
    expect(await placesOf(`?limit=2&ending_before=${eventId(2)}`)).toEqual(['4,3', true]);
  });

  it('selects a status', async () => {
    expect(await placesOf('?status=failed')).toEqual(['4,2', false]);
    expect(await placesOf('?status=pending')).toEqual(['5', false]);
    expect(await placesOf('?status=delivered&limit=1')).toEqual(['3', true]);
  });

  it.each([
    ['status=FAILED', ['status: must be one of pending, delivered, failed, not "FAILED"']],
    ['limit=101', ['limit: must be a whole number from 1 to 100, not 101']],
    ['starting_after=x', ['starting_after: is not a cursor of a list of deliveries: "x"']],
    [
      `starting_after=${eventId(1)}&ending_before=${eventId(2)}`,
      ['starting_after: cannot be combined with ending_before: page either forward or backward'],
    ],
    ['type=x', ['type: is not a recognised parameter']],
  ])('refuses %s', async (query, issues) => {
    expect(issuesOf(await list(`?${query}`))).toEqual(issues);
  });

  it('are not those of another account', async () => {
    expect((await list('', 'bob')).status).toBe(404);
  });
});

describe('SegmentWebhook.deliveries', () => {
  const page = async (args: string): Promise<Json> => {
    const query = `{ segmentWebhook(id: "${id}") { deliveries${args} {
      edges { cursor node { eventId } } nodes { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
    const { body } = await graphql(gateway, query);
    return body.errors ? body.errors[0].message : body.data.segmentWebhook.deliveries;
  };
  const placesOf = async (args: string) => {
    const { nodes, pageInfo } = await page(args);
    return [nodes.map(({ cursor }: Json) => cursor).join(), pageInfo.hasPreviousPage, pageInfo.hasNextPage];
  };

  it('shows attempts with times, durations and results', async () => {
    const query = `{ segmentWebhook(id: "${id}") { deliveries(first: 1) { nodes { eventId cursor type status
      attempts { occurredAt durationMs statusCode error responseBody succeeded } } } } }`;
    const { body } = await graphql(gateway, query);
    const occurredAt = '2026-11-28T05:25:18.250Z';
    expect(body.data.segmentWebhook.deliveries.nodes).toEqual([
      {
        eventId: eventId(5),
        cursor: '5',
        type: 'SEGMENT_CREATED',
        status: 'PENDING',
        attempts: [
          {
            ...{ occurredAt, durationMs: 120, statusCode: null },
            ...{ error: 'The connection was refused.', responseBody: null, succeeded: false },
          },
          { occurredAt, durationMs: 120, statusCode: 200, error: null, responseBody: 'ok', succeeded: true },
        ],
      },
    ]);
  });

  it('is a connection', async () => {
    expect(await page('(first: 2)')).toEqual({
      edges: [
        { cursor: '5', node: { eventId: eventId(5) } },
        { cursor: '4', node: { eventId: eventId(4) } },
      ],
      nodes: [{ cursor: '5' }, { cursor: '4' }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: '5', endCursor: '4' },
    });
    expect(await placesOf('(first: 2, after: "4")')).toEqual(['3,2', true, true]);
    expect(await placesOf(`(first: 2, after: "${eventId(4)}")`)).toEqual(['3,2', true, true]);
    expect(await placesOf('(last: 2)')).toEqual(['2,1', true, false]);
    expect(await placesOf('(last: 1, before: "2")')).toEqual(['3', true, true]);
    expect(await placesOf('(status: FAILED)')).toEqual(['4,2', false, false]);
  });

  it('refuses what is not a cursor', async () => {
    expect(await page('(after: "x")')).toBe('after: is not a cursor of a list of deliveries: "x".');
  });

  it('is read for all endpoints of the account with one statement', async () => {
    await createEndpoint(gateway);
    const query = '{ segmentWebhooks { deliveries(first: 1) { nodes { cursor } } } }';
    await graphql(gateway, query);
    gateway.statements.length = 0;
    const { body } = await graphql(gateway, query);
    expect(body.data.segmentWebhooks.map(({ deliveries }: Json) => deliveries.nodes)).toEqual([
      [{ cursor: '5' }],
      [],
    ]);
    expect(gateway.statements.filter(({ text }) => text.includes('webhook_deliveries'))).toHaveLength(1);
  });

  it('counts towards the cost of all endpoints that an account can have', async () => {
    const query = '{ segmentWebhooks { deliveries(first: 100) { nodes { cursor } } } }';
    const { body } = await graphql(gateway, query);
    expect(body.errors[0].extensions.code).toBe('COST_LIMIT');
  });
});
