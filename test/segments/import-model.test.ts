import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FileLine, LineResult } from '../../src/segments/import/file-line.ts';
import { getSegments } from '../../src/segments/resolvers.ts';
import { idPrefix } from '../../src/segments/segment-id.ts';
import { draft, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { allOf, importOf, linesOf } from './import-calls.ts';

const gateway = testGateway();
const RUNS = Number(process.env.IMPORT_RUNS ?? 40);

/** A line: of one of a few segments, or a new one. Some names are invalid. */
const line = fc.record({
  at: fc.option(fc.integer({ min: 0, max: 5 })),
  name: fc.constantFrom('a', 'b', ''),
});
const file = fc.record({
  lines: fc.array(line, { maxLength: 30 }),
  cuts: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 8 }),
  stops: fc.boolean(),
  brokenOffAt: fc.option(fc.integer({ min: 0, max: 30 })),
});

/** What a file should do, line by line. */
function modelOf(lines: { at: number | null; name: string }[], stops: boolean) {
  const stored = new Map<number, string>();
  const statuses: LineResult['status'][] = [];
  for (const { at, name } of lines) {
    const before = at === null ? undefined : stored.get(at);
    if (name === '') statuses.push('failed');
    else if (before === undefined) statuses.push('created');
    else statuses.push(before === name ? 'unchanged' : 'updated');
    if (name === '' && stops) break;
    if (name !== '' && at !== null) stored.set(at, name);
  }
  return { stored, statuses };
}

it('a file does the same however it arrives, and as often as it is sent again after breaking off', async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ lines, cuts, stops, brokenOffAt }) => {
      const prefix = idPrefix(Date.UTC(2026, 0, 1));
      const run = randomUUID().slice(0, 6).replaceAll('-', '0');
      const idOf = (at: number) => `${prefix}${run}0${at}`;
      const given = linesOf(
        lines.map(({ at, name }) => ({ ...draft({ name }), ...(at !== null && { id: idOf(at) }) })),
      );
      const pieces = async function* (upTo: number): AsyncGenerator<FileLine[]> {
        for (let start = 0, i = 0; start < upTo; i++) {
          const end = Math.min(upTo, start + (cuts[i] ?? 3));
          yield given.slice(start, end);
          start = end;
        }
      };
      const options = { idempotencyKey: randomUUID(), onError: stops ? 'stop' : 'continue' } as const;
      const send = async (upTo: number) =>
        (await allOf((await importOf(gateway, () => pieces(upTo), options)).results)).flat();

      const { stored, statuses } = modelOf(lines, stops);
      if (brokenOffAt !== null) await send(Math.min(brokenOffAt, lines.length));
      const results = await send(lines.length);
      expect(results.map(({ status }) => status)).toEqual(statuses);
      expect(await send(lines.length)).toEqual(results);
      const ids = [...stored.keys()].map(idOf);
      const found = await patiently(() => getSegments({ ids }, gateway.context()));
      expect(found.map((segment) => segment?.name)).toEqual([...stored.values()]);
    }),
    { seed: 16, numRuns: RUNS },
  );
});
