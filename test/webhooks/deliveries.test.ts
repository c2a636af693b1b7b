import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { deleteSegmentWebhook, listSegmentWebhookDeliveries } from '../../src/webhooks/resolvers.ts';
import { DELIVERY_STATUSES } from '../../src/webhooks/webhook.ts';
import { newWebhookId } from '../../src/webhooks/webhook-id.ts';
import { testGateway } from '../harness.ts';
import { contextOf, create } from './endpoints.ts';
import { attemptWith, eventIdAt, storeDeliveries } from './stored-deliveries.ts';

const gateway = testGateway();
let webhookId: string;

type Page = Omit<Parameters<typeof listSegmentWebhookDeliveries>[0], 'webhookId'>;
const page = (given: Page = {}, id = webhookId) =>
  listSegmentWebhookDeliveries({ webhookId: id, ...given }, contextOf(gateway));

async function shown(given: Page) {
  const { deliveries, hasNext, hasPrevious } = await page(given);
  return { places: deliveries.map(({ n }) => n), next: await hasNext(), previous: await hasPrevious() };
}

/** Every other event of 300 was delivered. Every fifth of those failed, and the newest is being retried. */
const STORED = Array.from({ length: 150 }, (_, i) => ({
  n: 2 * i + 1,
  status: i === 149 ? ('PENDING' as const) : i % 5 === 0 ? ('FAILED' as const) : ('DELIVERED' as const),
}));
const NEWEST_FIRST = STORED.toReversed();

beforeAll(async () => {
  ({
    webhook: { id: webhookId },
  } = await create(gateway));
  const other = await create(gateway);
  await storeDeliveries(gateway, 'ada', webhookId, STORED);
  await storeDeliveries(gateway, 'ada', other.webhook.id, [{ n: 1 }, { n: 2 }, { n: 500 }]);
});

describe('The deliveries of an endpoint', () => {
  it('are returned with their attempts, newest event first', async () => {
    const { deliveries } = await page({ first: 1 });
    expect(deliveries).toEqual([
      {
        n: 299,
        eventId: eventIdAt(299),
        type: 'SEGMENT_CREATED',
        status: 'PENDING',
        attempts: [attemptWith(200)],
      },
    ]);
    expect((await shown({})).places).toEqual(NEWEST_FIRST.slice(0, 10).map(({ n }) => n));
  });

  it('are paged by places and by ids of events, also by those that were not delivered', async () => {
    const expected = { places: [199, 197], next: true, previous: true };
    for (const after of ['201', '200', eventIdAt(201), eventIdAt(200)]) {
      expect(await shown({ first: 2, after }), after).toEqual(expected);
    }
    for (const before of ['195', '196', eventIdAt(195), eventIdAt(196)]) {
      expect(await shown({ last: 2, before }), before).toEqual(expected);
    }
  });

  it('end after the oldest', async () => {
    expect(await shown({ first: 2, after: '5' })).toEqual({ places: [3, 1], next: false, previous: true });
    expect(await shown({ last: 2 })).toEqual({ places: [3, 1], next: false, previous: true });
    expect(await shown({ first: 2, after: '1' })).toEqual({ places: [], next: false, previous: true });
    expect(await shown({ last: 2, before: '299' })).toEqual({ places: [], next: true, previous: false });
    expect(await shown({ first: 2, after: '0' })).toEqual({ places: [], next: false, previous: true });
    expect((await shown({ first: 2, after: '999999999999999' })).places).toEqual([299, 297]);
  });

  const cursor = fc.option(
    fc.nat(310).map((n) => ({ n, text: n % 3 === 0 ? eventIdAt(n) : String(n) })),
    { nil: undefined },
  );
  const size = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
  const status = fc.option(fc.constantFrom(...DELIVERY_STATUSES), { nil: undefined });

  it('are those of a model, in any page of any part', async () => {
    const paging = fc.record({ first: size, after: cursor, last: size, before: cursor, status });
    await fc.assert(
      fc.asyncProperty(paging, async ({ first, after, last, before, status }) => {
        const list = NEWEST_FIRST.filter((each) => !status || each.status === status).map(({ n }) => n);
        const part = list.filter((n) => n < (after?.n ?? 1_000) && n > (before?.n ?? -1));
        const isBackward = first === undefined && (last !== undefined || (before && !after));
        const forward = part.slice(0, first ?? 10);
        const places = isBackward
          ? part.slice(-(last ?? 10))
          : last === undefined
            ? forward
            : forward.slice(-last);
        const found = await shown({ first, after: after?.text, last, before: before?.text, status });
        expect(found.places).toEqual(places);
        const [newest, oldest] = [places.at(0), places.at(-1)];
        if (newest === undefined || oldest === undefined || (first && last)) return;
        expect(found.previous, 'previous').toBe((isBackward ? part : list).some((n) => n > newest));
        expect(found.next, 'next').toBe((isBackward ? list : part).some((n) => n < oldest));
      }),
      { numRuns: 150, seed: 17 },
    );
  });
});

it('a cursor that is none is refused', async () => {
  await expect(page({ after: 'x', before: '' })).rejects.toMatchObject({
    issues: [
      { param: 'after', message: 'is not a cursor of a list of deliveries: "x"' },
      { param: 'before', message: 'must not be empty: omit it or pass null if there is no cursor' },
    ],
  });
});

it('there are none of an endpoint that does not exist or was deleted', async () => {
  const { webhook } = await create(gateway);
  await storeDeliveries(gateway, 'ada', webhook.id, [{ n: 1 }]);
  expect((await page({}, webhook.id)).deliveries).toHaveLength(1);
  await deleteSegmentWebhook({ id: webhook.id }, contextOf(gateway));
  for (const id of [webhook.id, newWebhookId(), 'whe_1']) {
    const { deliveries, hasNext, hasPrevious } = await page({}, id);
    expect([deliveries, await hasNext(), await hasPrevious()]).toEqual([[], false, false]);
  }
});
