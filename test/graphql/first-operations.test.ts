import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { graphqlEngine } from '../../src/graphql/engine/engine.ts';
import { schema } from '../../src/graphql/schema.ts';
import { boundReads } from '../../src/segments/bounded-reads.ts';
import { testGateway } from '../harness.ts';
import { loopTurns } from '../loop-turns.ts';

const gateway = testGateway();
const run = graphqlEngine({ schema, introspection: true, boundReads });

describe.each([
  ['without a trace', false],
  ['with a trace', true],
])('an operation that was not sent before, %s,', (_, traced) => {
  it('begins in a turn of the event loop in which no other one does', async () => {
    const passed = loopTurns();
    const begun: number[] = [];
    const send = (i: number) => {
      const spend = async () => void begun.push(passed.count());
      const context: Context = { ...gateway.context(), spend };
      return run({ query: `{ a${i}: __typename }` }, { method: 'POST', traced }, context);
    };
    await send(0); // this creates the traced engine
    await Promise.all(Array.from({ length: 6 }, (_, i) => send(i + 1)));
    passed.stop();
    expect(new Set(begun.slice(1)).size).toBe(6);
  });
});
