import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidInput } from '../../src/errors/invalid-input.ts';
import { EVENT_TYPES, type EventType } from '../../src/events/event.ts';
import { TYPE_NAMES } from '../../src/rest/event-types.ts';
import * as resolvers from '../../src/webhooks/resolvers.ts';
import { type Json, restAt } from '../client.ts';
import { testGateway } from '../harness.ts';
import { COLLECTION, mutate } from './calls.ts';

const gateway = testGateway();

interface Input {
  url: string;
  types?: readonly EventType[] | null;
}
type Outcome = { id: string; url: string; types: readonly string[] | null } | { issues: Json };
type Door = (input: Input) => Promise<Outcome>;

const throughResolver: Door = async (input) => {
  try {
    const { webhook } = await resolvers.createSegmentWebhook.parse(input, gateway.context());
    return { id: webhook.id, url: webhook.url, types: webhook.types };
  } catch (error) {
    if (error instanceof InvalidInput) return { issues: error.issues };
    throw error;
  }
};

const throughRest: Door = async ({ types, ...input }) => {
  const body = {
    ...input,
    ...(types !== undefined && { types: types?.map((type) => TYPE_NAMES[type]) ?? null }),
  };
  const { status, body: answer } = await restAt(gateway, COLLECTION, { method: 'POST', body });
  if (status !== 201) return { issues: answer.errors };
  const named = (name: string) => EVENT_TYPES.find((type) => TYPE_NAMES[type] === name) ?? name;
  return { id: answer.id, url: answer.url, types: answer.types?.map(named) ?? null };
};

const throughGraphql: Door = async (input) => {
  const { webhook, issues } = await mutate(gateway, [
    'createSegmentWebhook',
    input,
    'webhook { id url types }',
  ]);
  return webhook ?? { issues };
};

const inputs = fc.record(
  {
    url: fc.oneof(
      fc.webUrl({ validSchemes: ['https', 'http'], withQueryParameters: true }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 30 }).map((path) => `https://example.com/${path}`),
      fc.constantFrom(
        '',
        'https://',
        'https://a.example:8443/#x',
        `https://example.com/${'x'.repeat(2_029)}`,
      ),
    ),
    types: fc.option(fc.array(fc.constantFrom(...EVENT_TYPES), { maxLength: 6 })),
  },
  { requiredKeys: ['url'] },
);

it('the resolver, REST and GraphQL accept and refuse the same endpoints, with the same messages', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => {
      const outcomes: object[] = [];
      for (const door of [throughResolver, throughRest, throughGraphql]) {
        const outcome = await door(input);
        if (!('id' in outcome)) outcomes.push(outcome);
        else {
          const { id, ...shown } = outcome;
          outcomes.push(shown);
          await resolvers.deleteSegmentWebhook({ id }, gateway.context()); // because an account can have each URL once
        }
      }
      for (const other of outcomes) expect(other).toEqual(outcomes[0]);
    }),
    { numRuns: 100, seed: 17 },
  );
});
