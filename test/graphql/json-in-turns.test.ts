import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonInTurns } from '../../src/graphql/transport/json-pieces.ts';
import { loopTurns } from '../loop-turns.ts';

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u0000"\\', '𐐨é', 'x'.repeat(5_000)), // the long text is more than a piece
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('tree')),
    fc.dictionary(fc.string(), tie('tree')),
    fc.dictionary(fc.string(), fc.oneof(tie('tree'), fc.constant(undefined))),
  ),
}));

describe('JSON written in turns', () => {
  it('is the same as from JSON.stringify', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (value) => {
        const whole = { data: value, errors: undefined };
        expect(`${Buffer.concat((await jsonInTurns(whole, 1e9)) ?? [])}`).toBe(JSON.stringify(whole));
      }),
      { seed: 20261125, numRuns: 500 },
    );
  });

  const items = Array.from({ length: 8_000 }, () => ({ text: 'é\u0001'.repeat(60), n: 1 }));
  const bytes = Buffer.byteLength(JSON.stringify({ items }));

  it('is null if it exceeds its limit of bytes, and complete if it just fits', async () => {
    expect(Buffer.concat((await jsonInTurns({ items }, bytes)) ?? []).length).toBe(bytes);
    expect(await jsonInTurns({ items }, bytes - 1)).toBeNull();
  });

  it('yields to other work about every 256 KiB', async () => {
    const turns = loopTurns();
    await jsonInTurns({ items }, bytes);
    turns.stop();
    expect(turns.count()).toBeGreaterThanOrEqual(Math.floor(bytes / (256 * 1024 + 64 * 1024)));
  });
});
