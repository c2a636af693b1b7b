import { describe, expect, it } from 'vitest';
import { graphqlEngine } from '../../src/graphql/engine/engine.ts';
import { isSubscribed } from '../../src/graphql/engine/subscription.ts';
import { schema } from '../../src/graphql/schema.ts';
import { boundReads } from '../../src/segments/bounded-reads.ts';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const run = graphqlEngine({ schema, introspection: true, boundReads });

/** A segment with the longest criteria, which ALIASES selects under forty aliases. */
const createLong = () => createSegment(draft({ criteria: 'c'.repeat(5_000) }), gateway.context());
const ALIASES = Array.from({ length: 40 }, (_, i) => `c${i}: criteria`).join(' ');

/** Runs an operation and returns what it is charged for. */
async function chargesOf(query: string, variables: object = {}) {
  const pieces: number[] = [];
  const answers: number[] = [];
  const loop = {
    ready: () => undefined,
    turn: () => undefined,
    charge: (milliseconds: number) => void pieces.push(milliseconds),
    chargeAnswer: (characters: number) => void answers.push(characters),
  };
  const context = { ...gateway.context(), loop };
  const result = await run({ query, variables }, { method: 'POST', traced: false }, context);
  if (isSubscribed(result)) throw new TypeError('A query is no subscription.');
  return { pieces, answers, result };
}

describe('an operation is charged to its account', () => {
  it('once for reading its text, and once for starting it', async () => {
    expect((await chargesOf('{ __typename }')).pieces.length).toBe(2);
  });

  it('for the size of its answer', async () => {
    await createLong();
    const { answers } = await chargesOf(`{ segments(first: 100) { nodes { ${ALIASES} } } }`);
    expect(answers[0]).toBeGreaterThan(40 * 5_000);
  });

  it('for the largest allowed answer, if its own is too large', async () => {
    const { id } = await createLong();
    const ids = Array.from({ length: 1_000 }, () => id);
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Segment { ${ALIASES} } } }`;
    const { answers, result } = await chargesOf(query, { ids });
    expect(result.errors?.[0]?.extensions.code).toBe('RESPONSE_TOO_LARGE');
    expect(answers).toEqual([8 * 1024 * 1024]);
  });
});
