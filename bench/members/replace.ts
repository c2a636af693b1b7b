import { setTimeout as sleep } from 'node:timers/promises';
import { rssOf } from '../kernel.ts';
import { type Started, start } from '../systems.ts';
import { REPLACED } from './fill.ts';
import type { Replacement } from './results.ts';
import type { MemberData, MemberSample } from './sample.ts';
import { gateway } from './systems.ts';
import { upload } from './upload.ts';

const PORT = 14_130;
const WARM_UP = 200;
const WARM_UP_LIST = 20_000;
const SETTLE_MS = 5_000;

/**
 * Replaces the members of a segment by lists of these lengths, each twice: at first the segment is empty, and then half of the list are
 * members. Returns nothing if the gateway has no such operation.
 */
export async function measureReplacements(
  data: MemberData,
  lengths: readonly number[],
): Promise<Replacement[]> {
  const { sample } = data.largest;
  const other = data.samples.find(({ account }) => account !== sample.account);
  if (!other) throw new Error('There is only one account.');
  const replacements: Replacement[] = [];
  const started = await start(gateway, data.url, PORT);
  try {
    const status = await upload(started, sample, REPLACED[0] ?? '', { first: 0, count: 1 });
    if (status === 405 || status === 415) return [];
    for (const length of [WARM_UP_LIST, ...lengths]) {
      const segmentId = REPLACED[length === WARM_UP_LIST ? 0 : 1] ?? '';
      await upload(started, sample, segmentId, { first: 0, count: 0 });
      for (const first of [0, length / 2]) {
        const measured = await watched(started, { sample, other }, () =>
          upload(started, sample, segmentId, { first, count: length }),
        );
        console.log(JSON.stringify({ length, ...measured }));
        // The first length only warms the gateway up.
        if (length !== WARM_UP_LIST) {
          replacements.push({ customers: length, before: first === 0 ? 0 : length - first, ...measured });
        }
      }
    }
    return replacements;
  } finally {
    await started.stop();
  }
}

/** Measures an operation, the memory of the gateway, and small writes that are sent one after the other meanwhile. */
async function watched(
  started: Started,
  { sample, other }: { sample: MemberSample; other: MemberSample },
  run: () => Promise<unknown>,
): Promise<Omit<Replacement, 'customers' | 'before'>> {
  for (let i = 0; i < WARM_UP; i++) await write(started, i % 2 ? sample : other, i);
  const before = rssOf(started.pid);
  const ended = new AbortController();
  const longest = async (by: MemberSample) => {
    let ms = 0;
    for (let i = 0; !ended.signal.aborted; i++) {
      ms = Math.max(ms, await write(started, by, i));
      await sleep(10);
    }
    return ms;
  };
  const writes = Promise.all([longest(sample), longest(other)]);
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, rssOf(started.pid));
  }, 20);
  const begun = performance.now();
  try {
    await run();
  } finally {
    clearInterval(sampling);
    ended.abort();
  }
  const seconds = (performance.now() - begun) / 1_000;
  const [same, another] = await writes;
  await sleep(SETTLE_MS);
  return {
    seconds,
    rss: { before, peak, after: rssOf(started.pid) },
    longestWrite: { same, other: another },
  };
}

/** Adds a member, and returns how long it took in milliseconds. */
async function write({ url }: Started, sample: MemberSample, nth: number): Promise<number> {
  const segmentId = sample.written[nth % sample.written.length];
  const begun = performance.now();
  const response = await fetch(`${url}/v1/customer-segments/${segmentId}/members/new-${Date.now()}-${nth}`, {
    method: 'PUT',
    headers: gateway.headers(sample),
  });
  if (!response.ok) throw new Error(`A write failed: ${response.status} ${await response.text()}`);
  return performance.now() - begun;
}
