import { eventIdOf } from '../../src/events/event.ts';
import type { Attempt } from '../../src/webhooks/attempt.ts';
import type { DeliveryStatus } from '../../src/webhooks/webhook.ts';
import { type Answered, graphql, type Json, restAt } from '../client.ts';
import { type TestGateway, viewers, type Who } from '../harness.ts';

export const COLLECTION = '/v1/webhook-endpoints';

let urls = 0;
/** A URL that no other endpoint has. Nothing is sent there, as long as no event follows. */
export const newUrl = (): string => `https://example.com/hooks/${++urls}`;

/** Creates an endpoint over REST and returns it. */
export async function createEndpoint(
  gateway: TestGateway,
  body: object = {},
  as: Who = 'ada',
): Promise<Json> {
  const answer = await restAt(gateway, COLLECTION, { method: 'POST', body: { url: newUrl(), ...body }, as });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** Every operation on webhook endpoints over REST, with the shortest body. `:id` is in the place of the id. */
export const REST_OPERATIONS: [method: string, path: string, body?: object][] = [
  ['GET', ''],
  ['POST', '', { url: 'https://example.com/hooks' }],
  ['GET', '/:id'],
  ['PATCH', '/:id', { types: null }],
  ['DELETE', '/:id'],
  ['POST', '/:id/test'],
  ['POST', '/:id/rotate-secret'],
  ['POST', '/:id/replay', { after: '0' }],
  ['GET', '/:id/deliveries'],
];

/** The mutations of one endpoint, with the shortest input besides its id, and what their payloads show. */
export const MUTATIONS: [field: string, input: object, shown: string][] = [
  ['updateSegmentWebhook', { types: null }, 'webhook { id }'],
  ['rotateSegmentWebhookSecret', {}, 'webhook { id } secret'],
  ['testSegmentWebhook', {}, 'attempt { statusCode }'],
  ['replaySegmentWebhook', { after: '0' }, 'webhook { id }'],
  ['deleteSegmentWebhook', {}, 'webhook { id }'],
];

/** Runs a mutation. Returns its result, or the code of its error. */
export async function mutate(
  gateway: TestGateway,
  [field, input, shown]: (typeof MUTATIONS)[number],
  as: Who = 'ada',
): Promise<Json> {
  const Field = field.charAt(0).toUpperCase() + field.slice(1);
  const limited = field.startsWith('create') ? '... on SegmentWebhookQuotaExceeded { limit }' : '';
  const query = `mutation ($input: ${Field}Input!) { outcome: ${field}(input: $input) { __typename
    ... on ${Field}Payload { ${shown} } ... on SegmentError { message }
    ... on SegmentInvalidInput { issues { param message } } ${limited} } }`;
  const { body } = await graphql(gateway, query, { input }, { as });
  return body.errors ? body.errors[0].extensions.code : body.data.outcome;
}

/** The problems of an answer with INVALID_INPUT, each as a text. */
export const issuesOf = ({ status, body }: Answered): string[] =>
  status === 400 ? body.errors.map(({ param, message }: Json) => `${param}: ${message}`) : [String(status)];

/** An attempt that got an answer, unless a test says otherwise. */
export const attempt = (given: Partial<Attempt> = {}): Attempt => ({
  ...{ at: 1_795_843_518_250, ms: 120, status: 200, error: null, body: 'ok' },
  ...given,
});

/** The id of the event at a place of the log. */
export const eventId = (n: number): string => eventIdOf({ n, segmentId: '0VcF6O1ofTkSFZgO' });

/** Stores deliveries as the worker does: one for each status, of the events 1, 2, 3 and so on. */
export async function storeDeliveries(
  { database }: TestGateway,
  endpointId: string,
  statuses: readonly DeliveryStatus[],
  attempts: readonly Attempt[] = [attempt()],
): Promise<void> {
  await database.$client.query(
    `insert into webhook_deliveries (account_id, endpoint_id, n, event_id, type, status, attempts, attempted_at)
     select $1, $2, n, event_id, 'SEGMENT_CREATED', status, $5, now() from unnest($3::text[], $4::text[]) with ordinality as each (event_id, status, n)`,
    [
      viewers.ada.accountId,
      endpointId,
      statuses.map((_, i) => eventId(i + 1)),
      statuses,
      JSON.stringify(attempts),
    ],
  );
}
