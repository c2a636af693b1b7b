import { beforeAll, beforeEach, expect, it } from 'vitest';
import { replaySegmentWebhook, updateSegmentWebhook } from '../../src/webhooks/resolvers.ts';
import { newWebhookId } from '../../src/webhooks/webhook-id.ts';
import { testGateway } from '../harness.ts';
import { contextOf, create, setRow, storedRow, writeEvents } from './endpoints.ts';

const gateway = testGateway();
let id: string;

const replay = (after: string, until?: string | null) =>
  replaySegmentWebhook({ id, after, ...(until !== undefined && { until }) }, contextOf(gateway));
const issuesOf = (after: string, until?: string) =>
  replay(after, until).then(
    () => null,
    ({ issues }) => issues,
  );

/** The log has 20 events, of which the first three are no longer kept. The endpoint has come to the 15th. */
beforeAll(async () => {
  await writeEvents(gateway, 20);
  await gateway.database.$client.query(`delete from events where n <= 3`);
  await gateway.database.$client.query(`update event_heads set pruned_to = 3`);
});
beforeEach(async () => {
  ({
    webhook: { id },
  } = await create(gateway));
  await setRow(gateway, id, 'cursor = 15');
});

it('delivers the events after `after` up to the cursor again by default', async () => {
  for (const until of [undefined, null]) {
    expect(await replay('3', until)).toMatchObject({ cursor: 15, head: 20, replay: { after: 3, until: 15 } });
  }
});

it('delivers up to `until` again, but no event that was not delivered before', async () => {
  expect(await replay('5', '7')).toMatchObject({ replay: { after: 5, until: 7 } });
  expect(await replay('5', '20')).toMatchObject({ replay: { after: 5, until: 15 } });
});

it('replaces a replay that is under way', async () => {
  await replay('3', '10');
  expect(await replay('12')).toMatchObject({ replay: { after: 12, until: 15 } });
});

it('begins at once, and lets the holder of the lease notice', async () => {
  await setRow(gateway, id, `failures = 3, next_attempt_at = '2100-01-01', lease = 'l', revision = 8`);
  let woken = 0;
  await replaySegmentWebhook({ id, after: '3' }, { ...contextOf(gateway), wokeDeliveries: () => woken++ });
  const row = await storedRow(gateway, id);
  expect(row).toMatchObject({ failures: 0, lease: 'l', revision: 9 });
  expect(row.next_attempt_at.getTime()).toBeLessThan(Date.now() + 60_000);
  expect(woken).toBe(1);
});

it('leaves a disabled endpoint disabled', async () => {
  await updateSegmentWebhook({ id, status: 'DISABLED' }, contextOf(gateway));
  expect(await replay('3')).toMatchObject({ isEnabled: false, replay: { after: 3, until: 15 } });
});

it('refuses what is no cursor', async () => {
  expect(await issuesOf('x', '')).toEqual([
    { param: 'after', message: 'is not a cursor of this log: "x"' },
    { param: 'until', message: 'must not be empty: omit it or pass null if there is no cursor' },
  ]);
});

it('refuses cursors beyond the newest event', async () => {
  expect(await issuesOf('21', '99')).toEqual([
    { param: 'after', message: 'is beyond the newest event of the log, "20": "21"' },
    { param: 'until', message: 'is beyond the newest event of the log, "20": "99"' },
  ]);
});

it('refuses an empty part of the log', async () => {
  for (const until of ['5', '6']) {
    expect(await issuesOf('6', until)).toEqual([
      { param: 'after', message: `must be before \`until\`, "${until}": "6"` },
    ]);
  }
});

it('refuses a part of the log that was not delivered yet', async () => {
  const message =
    'must be before the cursor of the webhook endpoint, "15", because later events are delivered anyway: "15"';
  expect(await issuesOf('15')).toEqual([{ param: 'after', message }]);
  expect(await issuesOf('15', '18')).toEqual([{ param: 'after', message }]);
});

it('refuses events that are no longer kept', async () => {
  await expect(replay('2')).rejects.toMatchObject({
    code: 'CURSOR_EXPIRED',
    message: expect.stringContaining('after: "2" has expired: the oldest cursor of this log is "3".'),
  });
});

it('changes nothing if it is refused', async () => {
  await replay('4', '9');
  const before = await storedRow(gateway, id);
  for (const [after, until] of [['2'], ['15'], ['6', '5'], ['4', '21']] as const) {
    await expect(replay(after, until)).rejects.toThrow();
  }
  expect(await storedRow(gateway, id)).toEqual(before);
});

it('refuses an endpoint that does not exist', async () => {
  for (const absent of [newWebhookId(), 'whe_1']) {
    await expect(replaySegmentWebhook({ id: absent, after: '3' }, contextOf(gateway))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  }
});
