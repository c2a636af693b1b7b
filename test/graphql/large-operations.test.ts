import { getIntrospectionQuery, parse } from 'graphql';
import { expect, it } from 'vitest';
import { fairQueue } from '../../src/fairness/fair-queue.ts';
import { admittedOperation } from '../../src/graphql/admitted-operation.ts';
import { schema } from '../../src/graphql/schema.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

it('Callers without a token take no place from accounts among operations whose answers could be large', async () => {
  const large = fairQueue({ slots: 2, perAccount: 1, maxWaiting: 100, patienceMs: 10_000 });
  const prepared = admittedOperation({ schema, large }, parse(getIntrospectionQuery()), null);
  const ended: string[] = [];
  const run = async (who: string, viewer: object) => {
    await prepared?.run({}, { ...gateway.context(), ...viewer });
    ended.push(who);
  };
  const strangers = Array.from({ length: 10 }, () => run('a stranger', { viewer: undefined }));
  await Promise.all([...strangers, run('an account', {})]);
  expect(ended.indexOf('an account')).toBeLessThanOrEqual(2);
});
