import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from '../context.ts';
import type { Fields } from '../http/fields.ts';
import { found } from '../webhooks/checks.ts';
import * as webhooks from '../webhooks/resolvers.ts';
import { isBackward } from './customer-segments.ts';
import { typesNamed } from './event-types.ts';
import { type Handler, wholeNumber } from './operation.ts';
import { evaluate, noTag, preconditionsOf, untagged } from './preconditions.ts';
import {
  representAttempt,
  representDeliveries,
  representWebhook,
  representWebhooks,
  representWithSecret,
} from './webhook-representation.ts';
import { statusNamed } from './webhook-statuses.ts';

export const WEBHOOKS = '/v1/webhook-endpoints';

export const list: Handler = async ({ fields, headers }, context) => {
  const body = representWebhooks(await webhooks.listSegmentWebhooks.parse(fields, context));
  return untagged(headers, 'collection', { body });
};

export const create: Handler = async ({ fields, headers }, context) => {
  const input = inputOf(fields);
  if (evaluate(preconditionsOf(headers)) !== 'proceed') {
    webhooks.createSegmentWebhook.check(input, context); // as for a segment
    throw noTag('collection');
  }
  const created = await webhooks.createSegmentWebhook.parse(input, context);
  return {
    body: representWithSecret(created),
    headers: { location: `${WEBHOOKS}/${created.webhook.id}` },
  };
};

export const retrieve: Handler = async ({ id, fields, headers }, context) => {
  const webhook = found(await webhooks.getSegmentWebhook.parse({ ...fields, id }, context), id);
  return untagged(headers, WHAT, { body: representWebhook(webhook) });
};

export const update: Handler = async ({ id, fields, headers }, context) => {
  await meetPreconditions(headers, id, context);
  const input = { ...inputOf(fields), id };
  return { body: representWebhook(await webhooks.updateSegmentWebhook.parse(input, context)) };
};

export const remove: Handler = async ({ id, fields, headers }, context) => {
  await meetPreconditions(headers, id, context);
  await webhooks.deleteSegmentWebhook.parse({ ...fields, id }, context);
  return {};
};

export const test: Handler = async ({ id, fields, headers }, context) => {
  await meetPreconditions(headers, id, context);
  return { body: representAttempt(await webhooks.testSegmentWebhook.parse({ ...fields, id }, context)) };
};

export const rotate: Handler = async ({ id, fields, headers }, context) => {
  await meetPreconditions(headers, id, context);
  const rotated = await webhooks.rotateSegmentWebhookSecret.parse({ ...fields, id }, context);
  return { body: representWithSecret(rotated) };
};

export const replay: Handler = async ({ id, fields, headers }, context) => {
  await meetPreconditions(headers, id, context);
  return { body: representWebhook(await webhooks.replaySegmentWebhook.parse({ ...fields, id }, context)) };
};

export const listDeliveries: Handler = async ({ id, fields, headers }, context) => {
  const { limit, starting_after, ending_before, status, ...rest } = fields;
  const backward = isBackward(starting_after, ending_before);
  const input = {
    ...rest,
    webhookId: id,
    [backward ? 'last' : 'first']: wholeNumber(limit),
    after: starting_after,
    before: ending_before,
    status: statusNamed(status),
  };
  const [webhook, page] = await Promise.all([
    webhooks.getSegmentWebhook({ id }, context),
    webhooks.listSegmentWebhookDeliveries.parse(input, context),
  ]);
  found(webhook, id);
  const body = representDeliveries(page, await (backward ? page.hasPrevious() : page.hasNext()));
  return untagged(headers, 'list of deliveries', { body });
};

const WHAT = 'webhook endpoint';

/** Converts the fields of a write to the input of its resolver. Omitted ones stay omitted. */
const inputOf = ({ types, status, ...rest }: Fields) => ({
  ...rest,
  ...(types !== undefined && { types: typesNamed(types) }),
  ...(status !== undefined && { status: statusNamed(status) }),
});

/** Throws PRECONDITION_FAILED, or NOT_FOUND if there is no endpoint to which the preconditions could apply. */
async function meetPreconditions(headers: IncomingHttpHeaders, id: string, context: Context): Promise<void> {
  if (evaluate(preconditionsOf(headers)) === 'proceed') return;
  found(await webhooks.getSegmentWebhook({ id }, context), id);
  throw noTag(WHAT);
}
