import { getSegmentWebhook, listSegmentWebhooks } from '../../webhooks/resolvers.ts';
import { MAX_WEBHOOKS } from '../../webhooks/webhook.ts';
import { maxItems } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { SegmentWebhook } from './segment-webhook.ts';
import './segment-webhook-delivery.ts';

const SCOPE = 'Requires the scope `webhooks:manage`.';

builder.queryFields((t) => ({
  segmentWebhook: t.field({
    type: SegmentWebhook,
    nullable: true,
    description: `The webhook endpoint with this id; null if your account has none. ${SCOPE}`,
    args: { id: t.arg.id({ required: true, description: 'Id of the webhook endpoint.' }) },
    resolve: (_, { id }, context) => getSegmentWebhook({ id }, context),
  }),
  segmentWebhooks: t.field({
    type: [SegmentWebhook],
    description: `The webhook endpoints of your account, oldest first: all of them, at most ${MAX_WEBHOOKS}. ${SCOPE}`,
    directives: { listSize: { assumedSize: MAX_WEBHOOKS } },
    extensions: maxItems(MAX_WEBHOOKS),
    resolve: (_, __, context) => listSegmentWebhooks({}, context),
  }),
}));
