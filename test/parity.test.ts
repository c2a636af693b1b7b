import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentIds } from '../src/segments/segment-id.ts';
import { doors } from './doors.ts';
import { draft, origin, testGateway } from './harness.ts';

const gateway = testGateway();
const newSegment = segmentIds(Date.now);

/** Texts at the edges of the rules: empty, blank, at and beyond a length limit, with characters that Postgres rejects. */
const edge = (limit: number) =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '',
      ' ',
      '\u3000\t',
      'a\u0000b',
      '\ud800',
      'a\udc00',
      'x'.repeat(limit),
      'x'.repeat(limit + 1),
    ),
    fc.constantFrom('𝒳'.repeat(limit), '𝒳'.repeat(limit + 1)),
  );
const properties = fc.record({ name: edge(255), criteria: edge(5000), description: edge(5000) });

describe('the resolver, REST and GraphQL', () => {
  it('accept and refuse the same drafts, with the same messages, and return accepted ones unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(properties, async (input) => {
        const outcomes = await Promise.all(doors.map((door) => door.create(gateway, input)));
        const [first, ...others] = outcomes.map((outcome) => withoutId(outcome));
        for (const other of others) expect(other).toEqual(first);
        if ('segment' in (outcomes[0] ?? {})) expect(first).toEqual({ segment: input });
      }),
      { numRuns: 150 },
    );
  });

  it('accept and refuse the same changes, with the same messages, and store the same result', async () => {
    const changes = fc.dictionary(fc.constantFrom('name', 'criteria', 'description'), edge(255), {
      maxKeys: 3,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (given) => {
        const outcomes = await Promise.all(
          doors.map(async (door) => {
            const { id } = await gateway.segments.create({
              accountId: 'ada',
              ...draft(),
              ...newSegment(),
              ...origin,
            });
            const outcome = withoutId(await door.update(gateway, { id, ...given }));
            return { outcome, stored: withoutId(await door.retrieve(gateway, { id })) };
          }),
        );
        for (const other of outcomes) expect(other).toEqual(outcomes[0]);
      }),
      { numRuns: 60 },
    );
  });
});

function withoutId(outcome: object): object {
  if (!('segment' in outcome)) return outcome;
  const { id: _, ...segment } = outcome.segment as { id: string };
  return { segment };
}
