import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execute, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { test } from '../../src/rest/webhooks.ts';
import { graphql, restAt } from '../client.ts';
import { testGateway } from '../harness.ts';
import { COLLECTION, createEndpoint } from './calls.ts';
import { contextOf, create, writeEvents } from './endpoints.ts';

const gateway = testGateway();

describe('a test', () => {
  let receiver: Server;
  let id: string;

  beforeAll(async () => {
    receiver = createServer((_, response) => response.writeHead(503).end('busy')).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    const { webhook } = await create(gateway, { url: `http://127.0.0.1:${port}/` });
    id = webhook.id;
  });
  afterAll(() => receiver.close());

  it('shows the attempt over REST, also if it failed', async () => {
    const request = { id, customerId: '', fields: {}, headers: {}, body: () => (async function* () {})() };
    expect(await test(request, contextOf(gateway))).toEqual({
      body: {
        occurred_at: expect.any(Number),
        duration_ms: expect.any(Number),
        status_code: 503,
        error: null,
        response_body: 'busy',
      },
    });
  });

  it('shows the attempt over GraphQL, also if it failed', async () => {
    const document = parse(`mutation { testSegmentWebhook(input: { id: "${id}" }) {
      ... on TestSegmentWebhookPayload { attempt { statusCode error responseBody succeeded } } } }`);
    const { data } = await execute({ schema, document, contextValue: contextOf(gateway) });
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      testSegmentWebhook: {
        attempt: { statusCode: 503, error: null, responseBody: 'busy', succeeded: false },
      },
    });
  });
});

it('a replay of events that are no longer kept is CURSOR_EXPIRED', async () => {
  await writeEvents(gateway, 3, 'bob');
  const { id, cursor } = await createEndpoint(gateway, {}, 'bob');
  await gateway.database.$client.query(`update event_heads set pruned_to = 2 where account_id = 'bob'`);
  const body = { after: '1', until: cursor };
  const answer = await restAt(gateway, `${COLLECTION}/${id}/replay`, { method: 'POST', body, as: 'bob' });
  expect([answer.status, answer.body.code]).toEqual([410, 'CURSOR_EXPIRED']);
  expect(answer.body.detail).toMatch(/^after: "1" has expired: the oldest cursor of this log is "2"\./);
  const query = `mutation { replaySegmentWebhook(input: { id: "${id}", after: "1" }) { __typename } }`;
  const refused = await graphql(gateway, query, {}, { as: 'bob' });
  expect(refused.body.data).toEqual({ replaySegmentWebhook: null });
  expect(refused.body.errors).toMatchObject([
    { path: ['replaySegmentWebhook'], extensions: { code: 'CURSOR_EXPIRED' } },
  ]);
});
