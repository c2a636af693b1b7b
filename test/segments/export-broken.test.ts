import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportSegments } from '../../src/segments/export/resolvers.ts';
import { secondGateway, testGateway } from '../harness.ts';
import { administer } from '../postgres.ts';
import { until } from '../until.ts';
import { exported, fill } from './exported.ts';

const SEGMENTS = 2_500;
const gateway = testGateway();
beforeAll(() => fill(gateway, SEGMENTS));

const url = () => gateway.database.$client.options.connectionString ?? '';
const begin = (given: object = {}) => exportSegments({}, { ...gateway.context(), ...given });
type Begun = Awaited<ReturnType<typeof begin>>;

/** Reads on, and returns how many segments were read before the error. */
async function readOn({ pages }: Begun): Promise<{ read: number; error: unknown }> {
  let read = 0;
  try {
    for await (const page of pages) read += page.length;
  } catch (error) {
    return { read, error };
  }
  return { read, error: undefined };
}

/** Checks that an export failed before its end, that nothing of it is left, and that the next one is complete. */
async function expectBroken(outcome: Awaited<ReturnType<typeof readOn>>, code: string): Promise<void> {
  expect(outcome.error).toMatchObject({ name: expect.any(String), code });
  expect(outcome.read).toBeLessThan(SEGMENTS - 50);
  const { $client: pool } = gateway.database.export;
  await until(() => gateway.exports.count() === 0 && pool.totalCount === pool.idleCount);
  expect(await exported({}, gateway.context())).toHaveLength(SEGMENTS);
}

describe('An export fails before its end', () => {
  it('if the database closes its connection', async () => {
    const begun = await begin();
    await begun.pages.next();
    const killed = await administer(
      url(),
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query like 'fetch %'`,
    );
    expect(killed).toHaveLength(1);
    await expectBroken(await readOn(begun), 'UNAVAILABLE');
  });

  it('if its gateway stops, which does not wait for a reader that has paused', async () => {
    const other = await secondGateway(gateway);
    const begun = await begin({ segments: other.segments });
    await begun.pages.next();
    await other.stop();
    await expectBroken(await readOn(begun), 'UNAVAILABLE');
  });

  it('if its client is gone while a page is fetched', async () => {
    let hangUp = () => {};
    const begun = await begin({
      onGone: (listener: () => void) => {
        hangUp = listener;
      },
    });
    await begun.pages.next();
    const reading = readOn(begun);
    hangUp();
    await expectBroken(await reading, 'UNAVAILABLE');
  });
});

describe('The caller of an export', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('is identified again after four seconds, and refused if the token has ended', async () => {
    const begun = await begin({ identify: async () => null });
    await begun.pages.next();
    await begun.pages.next();
    vi.advanceTimersByTime(4_000);
    await expectBroken(await readOn(begun), 'UNAUTHENTICATED');
  });

  it('is not identified again before', async () => {
    const begun = await begin({ identify: () => expect.unreachable() });
    await begun.pages.next();
    vi.advanceTimersByTime(3_900);
    expect(await readOn(begun)).toEqual({ read: SEGMENTS - 50, error: undefined });
  });

  it('can read on while it cannot be identified', async () => {
    const begun = await begin({ identify: () => Promise.reject(new Error('The issuer is away.')) });
    await begun.pages.next();
    vi.advanceTimersByTime(4_000);
    expect(await readOn(begun)).toEqual({ read: SEGMENTS - 50, error: undefined });
  });

  it('is refused if it lost the scope of members, which the filter requires', async () => {
    const { identify } = gateway.context('reader');
    const filter = { member: 'c1' };
    const { pages } = await exportSegments({ filter }, { ...gateway.context(), identify });
    vi.advanceTimersByTime(4_000);
    await expect(pages.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
