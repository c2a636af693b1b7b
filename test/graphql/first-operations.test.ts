import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { graphqlEngine } from '../../src/graphql/engine.ts';
import { schema } from '../../src/graphql/schema.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();
const run = graphqlEngine({ schema, introspection: true });

describe.each([
  ['by itself', false],
  ['with a trace', true],
])('An operation that was not sent before, %s', (_, traced) => {
  it('is begun in a turn of the event loop in which no other one is', async () => {
    let turn = 0;
    let isOver = false;
    const count = () => {
      turn += 1;
      if (!isOver) setImmediate(count);
    };
    const begun: number[] = [];
    const send = (i: number) => {
      const spend = async () => void begun.push(turn);
      const context: Context = { ...gateway.context(), spend };
      return run({ query: `{ a${i}: __typename }` }, { method: 'POST', traced }, context);
    };
    await send(0); // the traced engine is made then
    setImmediate(count);
    await Promise.all(Array.from({ length: 6 }, (_, i) => send(i + 1)));
    isOver = true;
    expect(new Set(begun.slice(1)).size).toBe(6);
  });
});
