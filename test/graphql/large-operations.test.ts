import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getIntrospectionQuery, parse } from 'graphql';
import { expect, it } from 'vitest';
import { fairQueue } from '../../src/fairness/fair-queue.ts';
import { admittedOperation } from '../../src/graphql/engine/admitted-operation.ts';
import { schema } from '../../src/graphql/schema.ts';
import { resultWriter } from '../../src/graphql/transport/answer.ts';
import { JSON_TYPE } from '../../src/graphql/transport/representation.ts';
import { boundReads } from '../../src/segments/bounded-reads.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

it('callers without a token do not delay the operations of accounts whose answers could be large', async () => {
  const large = fairQueue({ slots: 2, perAccount: 1, maxWaiting: 100, patienceMs: 10_000 });
  const prepared = admittedOperation({ schema, large, boundReads }, parse(getIntrospectionQuery()), null);
  const ended: string[] = [];
  const run = async (who: string, viewer: object) => {
    await prepared?.run({}, { ...gateway.context(), ...viewer });
    ended.push(who);
  };
  const strangers = Array.from({ length: 10 }, () => run('a stranger', { viewer: undefined }));
  await Promise.all([...strangers, run('an account', {})]);
  expect(ended.indexOf('an account')).toBeLessThanOrEqual(2);
});

it('large results are written for accounts in turn', async () => {
  const write = resultWriter();
  const result = { data: { texts: Array.from({ length: 500 }, () => 'x'.repeat(10_000)) }, size: 5_000_000 };
  const ended: string[] = [];
  const waiting: (() => void)[] = [];
  const accounts = ['ada', 'ada', 'ada', 'ada', 'ada', 'bob'];
  const server = createServer((request, response) => {
    const accountId = accounts[waiting.length] ?? '';
    const exchange = { request, response, requestId: '', path: '', query: '', headers: {}, accountId };
    const onAnswered = () => ended.push(accountId);
    waiting.push(() => void write({ ...exchange, face: 'graphql', onAnswered }, result, JSON_TYPE));
    if (waiting.length === accounts.length) for (const begin of waiting) begin();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // because it listens on a port
  await Promise.all(accounts.map(async () => (await fetch(`http://127.0.0.1:${port}`)).arrayBuffer()));
  server.close();
  expect(ended.indexOf('bob')).toBeLessThanOrEqual(1);
});
