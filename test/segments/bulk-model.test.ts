import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/errors/refusals.ts';
import { createSegments, deleteSegments, updateSegments } from '../../src/segments/bulk/resolvers.ts';
import { createSegment, deleteSegment, getSegments, updateSegment } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { draft, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';

const gateway = testGateway();
const SEED = 16;

/** What a result shows, without ids and times. */
const shown = (result: unknown) => {
  if (result instanceof Refusal) return { code: result.code, message: placeless(result.message) };
  const { name, criteria, description, version } = result as Segment;
  return { name, criteria, description, version };
};

/** A message without the place of its entry. */
const placeless = (message: string): string =>
  message.replaceAll(/segments\.\d+(\.?)/g, (_, dot) => (dot ? '' : 'input'));

/** An entry of each kind, for the segment at an index; a negative one stands for a segment of another account. */
const entry = fc.record({
  at: fc.integer({ min: -1, max: 7 }),
  name: fc.constantFrom(undefined, 'new', '', ' ', 'x'.repeat(256)),
  expectedVersion: fc.constantFrom(undefined, null, 1, 2),
});
const entries = fc.uniqueArray(entry, { selector: ({ at }) => at, minLength: 1, maxLength: 8 });

async function newSegments(): Promise<string[]> {
  const made = await patiently(() =>
    createSegments.parse(
      { segments: Array.from({ length: 8 }, (_, i) => draft({ name: `n${i}` })) },
      gateway.context(),
    ),
  );
  return made.map((result) => (result as Segment).id);
}
const bobs = () => patiently(() => createSegment(draft(), gateway.context('bob')));

const outcomeOf = async (call: () => Promise<unknown>) => {
  try {
    return shown(await patiently(call));
  } catch (error) {
    if (error instanceof Refusal) return shown(error);
    throw error;
  }
};

const stored = async (ids: string[]) =>
  (await getSegments({ ids }, gateway.context())).map((segment) => segment && shown(segment));

describe.each([
  ['updateSegments', updateSegments, updateSegment],
  ['deleteSegments', deleteSegments, deleteSegment],
] as const)('%s', (name, many, one) => {
  const inputsFor = (
    ids: string[],
    foreign: string,
    given: { at: number; name?: string | undefined; expectedVersion?: number | null | undefined }[],
  ) =>
    given.map(({ at, name: newName, expectedVersion }) => ({
      id: ids[at] ?? foreign,
      ...(expectedVersion !== undefined && { expectedVersion }),
      ...(name === 'updateSegments' && newName !== undefined && { name: newName }),
    }));

  it('does with EACH_ALONE what single calls do', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (given) => {
        const [mine, others, foreign] = await Promise.all([newSegments(), newSegments(), bobs()]);
        const segments = inputsFor(mine, foreign.id, given);
        const results = await many.parse({ mode: 'EACH_ALONE', segments }, gateway.context());
        const singles = inputsFor(others, foreign.id, given).map((input) =>
          outcomeOf(() => one.parse(input, gateway.context())),
        );
        const expected = await Promise.all(singles);
        expect(results.map(shown)).toEqual(expected);
        expect(await stored(mine)).toEqual(await stored(others));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('does with ALL_OR_NOTHING what single calls do if all succeed, and otherwise nothing', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (given) => {
        const [mine, others, foreign] = await Promise.all([newSegments(), newSegments(), bobs()]);
        const before = await stored(mine);
        const segments = inputsFor(mine, foreign.id, given);
        const singles = inputsFor(others, foreign.id, given).map((input) =>
          outcomeOf(() => one.parse(input, gateway.context())),
        );
        const expected = await Promise.all(singles);
        const isFine = expected.every((outcome) => !('code' in outcome));
        try {
          const results = await patiently(() => many.parse({ segments }, gateway.context()));
          expect(results.map(shown)).toEqual(expected);
          expect(await stored(mine)).toEqual(await stored(others));
          expect(isFine).toBe(true);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(isFine, error.message).toBe(false);
          expect(await stored(mine)).toEqual(before);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
