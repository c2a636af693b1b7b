import { WebhookNotFound, WebhookQuotaExceeded } from '../../errors/refusals.ts';
import * as webhooks from '../../webhooks/resolvers.ts';
import { builder } from './builder.ts';
import { INPUT, MUTATION } from './mutation-options.ts';
import * as inputs from './segment-webhook-inputs.ts';
import * as results from './segment-webhook-results.ts';

const SCOPE = 'Requires the scope `webhooks:manage`.';

const errors = (description: string) => ({
  types: [WebhookNotFound],
  directResult: true as const,
  union: { description },
});

builder.mutationFields((t) => ({
  createSegmentWebhook: t.field({
    type: results.CreateSegmentWebhookPayload,
    ...MUTATION,
    description: `Creates a webhook endpoint, which gets every event of its types that is committed from now on. Store the \`secret\` of the payload. ${SCOPE}`,
    args: { input: t.arg({ type: inputs.CreateSegmentWebhookInput, required: true, description: INPUT }) },
    errors: {
      types: [WebhookQuotaExceeded],
      directResult: true,
      union: { description: 'The created webhook endpoint, or the reason why it was not created.' },
    },
    resolve: (_, { input }, context) => webhooks.createSegmentWebhook(input, context),
  }),
  updateSegmentWebhook: t.field({
    type: results.UpdateSegmentWebhookPayload,
    ...MUTATION,
    description: `Changes the given fields of a webhook endpoint. Omitted fields keep their values. ${SCOPE}`,
    args: { input: t.arg({ type: inputs.UpdateSegmentWebhookInput, required: true, description: INPUT }) },
    errors: errors('The changed webhook endpoint, or the reason why it was not changed.'),
    // In GraphQL, each optional field can be null. The resolver refuses null where it is not allowed.
    resolve: (_, { input }, context) => webhooks.updateSegmentWebhook.parse(input, context),
  }),
  deleteSegmentWebhook: t.field({
    type: results.DeleteSegmentWebhookPayload,
    ...MUTATION,
    description: `Permanently deletes a webhook endpoint. ${SCOPE}`,
    args: { input: t.arg({ type: inputs.DeleteSegmentWebhookInput, required: true, description: INPUT }) },
    errors: errors('The deleted webhook endpoint, or the reason why it was not deleted.'),
    resolve: (_, { input }, context) => webhooks.deleteSegmentWebhook(input, context),
  }),
  rotateSegmentWebhookSecret: t.field({
    type: results.RotateSegmentWebhookSecretPayload,
    ...MUTATION,
    description: `Gives a webhook endpoint a new secret. For 24 hours, messages are signed with both. A second rotation within that time ends the oldest secret. ${SCOPE}`,
    args: {
      input: t.arg({ type: inputs.RotateSegmentWebhookSecretInput, required: true, description: INPUT }),
    },
    errors: errors('The new secret, or the reason why there is none.'),
    resolve: (_, { input }, context) => webhooks.rotateSegmentWebhookSecret(input, context),
  }),
  testSegmentWebhook: t.field({
    type: results.TestSegmentWebhookPayload,
    ...MUTATION,
    description: `Sends a test message to a webhook endpoint, even if it is disabled, and waits up to 15 seconds for the response. Its type is \`webhook_endpoint.test\`, and it is not in the log. ${SCOPE}`,
    args: { input: t.arg({ type: inputs.TestSegmentWebhookInput, required: true, description: INPUT }) },
    errors: errors('The result of the test, or the reason why nothing was sent.'),
    resolve: (_, { input }, context) => webhooks.testSegmentWebhook(input, context),
  }),
  replaySegmentWebhook: t.field({
    type: results.ReplaySegmentWebhookPayload,
    ...MUTATION,
    description: `Delivers events to a webhook endpoint again, with the same \`webhook-id\`. New events wait until the replay is complete. It replaces a replay that is under way. If events after \`after\` are no longer kept, the error \`CURSOR_EXPIRED\` is returned. ${SCOPE}`,
    args: { input: t.arg({ type: inputs.ReplaySegmentWebhookInput, required: true, description: INPUT }) },
    errors: errors('The webhook endpoint, or the reason why there is no replay.'),
    resolve: (_, { input }, context) => webhooks.replaySegmentWebhook(input, context),
  }),
}));
