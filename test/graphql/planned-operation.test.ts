import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { execute, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { plannedOperation } from '../../src/graphql/engine/planned-operation.ts';
import { randomRequest } from './random-document.ts';
import { unrulySchema } from './random-schema.ts';

const DOCUMENTS = Number(process.env.DOCUMENTS ?? 2_000);
const seed = process.env.DOCUMENTS ? undefined : 20261125;

const schema = unrulySchema();
const requests = randomRequest({
  schema,
  pools: { ID: ['x', 'y', 1], Int: [1, 2], String: ['a', ''], Odd: [1, 3, 5, 2] },
});

describe('a planned operation', () => {
  it('gives what graphql-js gives, whatever its resolvers do', {
    timeout: 20_000 + DOCUMENTS * 60,
  }, async () => {
    const seen = { planned: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(requests, async ({ query, operationName, variables }) => {
        const document = parse(query);
        fc.pre(validate(schema, document).length === 0);
        const run = plannedOperation(schema, document, operationName);
        if (!run) return;
        const expected = await deaf(() =>
          execute({ schema, document, operationName, variableValues: variables }),
        );
        for (let i = 0; i < 2; i++) {
          expect(JSON.stringify(await run(variables, undefined))).toBe(JSON.stringify(expected));
        }
        seen.planned += 1;
        seen.failed += expected.errors ? 1 : 0;
      }),
      { numRuns: DOCUMENTS, ...(seed !== undefined && { seed }) },
    );
    expect(seen.planned).toBeGreaterThan(DOCUMENTS * 0.8);
  });
});

/**
 * graphql-js leaves rejections of list items unhandled where an item before them fails at once (16.15.0). A planned
 * operation does not: vitest listens while it runs.
 */
async function deaf<Result>(run: () => Result): Promise<Awaited<Result>> {
  const listeners = process.listeners('unhandledRejection');
  const ignore = () => {};
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', ignore);
  const result = await run();
  for (let i = 0; i < 4; i++) await nextTurn();
  process.off('unhandledRejection', ignore);
  for (const listener of listeners) process.on('unhandledRejection', listener);
  return result;
}
