import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { LIMIT_MS } from '../limits.ts';
import { processes } from '../process/gateway-process.ts';
import { until } from '../until.ts';
import { restClient } from './client.ts';
import { deliveredOf } from './delivery-flaws.ts';
import { readEvents } from './event-ledger.ts';
import { startFaulty } from './faults.ts';
import { newLedger, work } from './ledger.ts';
import { type Mood, type Receiver, startReceiver } from './receivers.ts';

const { serve, temporaryFolder } = processes();

/** `npm run test:chaos` sets more. */
const FAULTS = Number(process.env.CHAOS_FAULTS ?? 4);
const WORKERS = 4;
/** Min acknowledged writes between two faults. */
const QUIET = 60;
const BAD_MS = 1_500;
const MOODS: readonly Mood[] = ['slow', 'resetting', 'lying', 'failing', 'stopped'];
/** How often the owner of an endpoint looks whether it is failing. */
const LOOK_MS = 500;

interface Endpoint {
  id: string;
  status: string;
  cursor: string;
  lag: number;
  secret: string;
}

/** What each endpoint wants: everything, or only events of a type. */
const WANTED: readonly (string[] | null)[] = [
  null,
  null,
  ['customer_segment.created'],
  ['customer_segment.updated', 'customer_segment.deleted'],
];

const receivers: Receiver[] = [];
afterAll(() => Promise.all(receivers.map(({ stop }) => stop())));

describe('webhooks', () => {
  it(`deliver every event, in order, after ${FAULTS} faults of gateways, database and receivers`, {
    timeout: LIMIT_MS.test + FAULTS * 60_000,
  }, async () => {
    for (const _ of WANTED) receivers.push(await startReceiver());
    const oneOf = () => receivers[Math.floor(Math.random() * receivers.length)];
    const { gateways, inflict, stopAndRead } = await startFaulty(
      { serve, temporaryFolder },
      {
        variables: { WEBHOOK_ALLOW_PRIVATE: 'on' },
        others: Object.fromEntries(
          MOODS.map((mood) => [`a receiver is ${mood}`, async () => oneOf()?.be(mood, BAD_MS)]),
        ),
      },
    );
    const [first] = gateways;
    const ids: string[] = [];
    for (const [i, types] of WANTED.entries()) {
      const made = await first.send('/v1/webhook-endpoints', 'POST', { url: receivers[i]?.url, types });
      expect(made.status).toBe(201);
      const { id, secret } = (await made.json()) as Endpoint;
      receivers[i]?.trust(secret);
      ids.push(id);
    }

    let isOver = false;
    const ledgers = Array.from({ length: WORKERS }, newLedger);
    const acknowledged = () => ledgers.reduce((sum, { counts }) => sum + counts.acknowledged, 0);
    const workers = ledgers.map((ledger, i) =>
      work(
        restClient(() => gateways[i % 2 ? 0 : 1].url),
        ledger,
        () => isOver,
      ),
    );
    /** The endpoints as a gateway that answers shows them. */
    const endpoints = async (): Promise<Endpoint[]> => {
      for (const { send } of gateways) {
        const answer = await send('/v1/webhook-endpoints').catch(() => null);
        if (answer?.ok) return ((await answer.json()) as { data: Endpoint[] }).data;
      }
      return [];
    };
    /** Does what the owner of an endpoint does: has it tried again as soon as the receiver is well. */
    const owner = async () => {
      while (!isSettled) {
        for (const { id, status } of await endpoints()) {
          if (status !== 'failing' || !receivers[ids.indexOf(id)]?.isWell()) continue;
          await gateways[0]
            .send(`/v1/webhook-endpoints/${id}`, 'PATCH', { status: 'enabled' })
            .catch(() => null);
        }
        await sleep(LOOK_MS);
      }
    };
    let isSettled = false;
    const owning = owner();

    await inflict(FAULTS, () => {
      const enough = acknowledged() + QUIET * (1 + Math.random());
      return expect.poll(acknowledged).toBeGreaterThan(enough);
    });
    isOver = true;
    await Promise.all(workers);
    for (let lag = Number.POSITIVE_INFINITY; lag > 0; ) {
      const before = lag; // a long backlog takes its time, but goes on
      await until(async () => {
        const all = await endpoints();
        lag = all.length < ids.length ? before : all.reduce((sum, each) => sum + each.lag, 0);
        return lag < before;
      });
    }
    isSettled = true;
    await owning;
    const log = await readEvents(gateways[0]);
    await stopAndRead('select 1');

    const delivered = receivers.map(({ accepted }, i) => {
      const types = WANTED[i] ?? null;
      const wanted = log.filter(({ type }) => types === null || types.includes(type));
      return deliveredOf(
        accepted,
        wanted.map(({ cursor }) => cursor),
      );
    });
    const total = receivers.reduce((sum, { accepted }) => sum + accepted.length, 0);
    const duplicates = delivered.reduce((sum, each) => sum + each.duplicates, 0);
    process.stdout.write(
      `${FAULTS} faults: ${log.length} events, ${total} messages, ${duplicates} duplicates\n`,
    );
    expect(delivered.flatMap(({ flaws }) => flaws)).toEqual([]);
    // A fault repeats at most the attempt in flight of each endpoint.
    expect(duplicates).toBeLessThanOrEqual(FAULTS * WANTED.length);
  });
});

describe('deliveries are compared with the log', () => {
  const message = (n: number, more: object = {}) => ({
    id: `evt_${n}`,
    event: { cursor: String(n) },
    isAcknowledged: true,
    ...more,
  });

  it.each<[string, ReturnType<typeof message>[], string[], RegExp]>([
    ['is missing', [message(1)], ['1', '2'], /^2 is missing/],
    ['was not wanted', [message(1), message(2)], ['1'], /^2 is not wanted/],
    ['arrived too late', [message(2), message(1)], ['1', '2'], /^1 after 2/],
    ['has another id', [message(1), message(1, { id: 'evt_9' })], ['1'], /^1 with two ids/],
  ])('finds an event that %s', (_, accepted, cursors, flaw) => {
    expect(deliveredOf(accepted, cursors).flaws).toEqual([expect.stringMatching(flaw)]);
  });

  it('counts a message as a duplicate only if it had been acknowledged', () => {
    expect(deliveredOf([message(1), message(1)], ['1']).duplicates).toBe(1);
    expect(deliveredOf([message(1, { isAcknowledged: false }), message(1)], ['1']).duplicates).toBe(0);
  });
});
