import { beforeEach, describe, expect, it } from 'vitest';
import { logTo } from '../../src/telemetry/log.ts';
import { records } from '../../src/telemetry/records.ts';
import { sampler } from '../../src/telemetry/sample.ts';
import { graphql, rest } from '../client.ts';
import { testGateway } from '../harness.ts';
import { decided } from '../patiently.ts';

const gateway = testGateway();

beforeEach(() => {
  gateway.logged.length = 0;
});

/** The log line of the only request of a test. */
async function onlyLine(): Promise<Record<string, unknown>> {
  await expect.poll(() => gateway.logged.length).toBe(1);
  return gateway.logged[0] ?? {};
}

describe('the log line of a request', () => {
  it.each([
    ['query Latest { __typename }', {}, 'Latest'],
    ['  mutation\n  Create($a: Int) { __typename }', {}, 'Create'],
    ['query A { __typename } query B { __typename }', { operationName: 'B' }, 'B'],
    ['{ __typename }', {}, 'anonymous'],
    ['# query Commented\n{ __typename }', {}, 'anonymous'],
    [`query ${'n'.repeat(2_000)} { __typename }`, {}, 'n'.repeat(64)],
    ['{ __typename }', { operationName: '"\n{"level":60}' }, 'anonymous'],
    [undefined, { documentId: `sha256:${'0'.repeat(64)}` }, `sha256:${'0'.repeat(64)}`],
    [undefined, { extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } } }, 'abc'],
    [undefined, { documentId: 'x'.repeat(2_000) }, 'anonymous'],
  ])('names the GraphQL operation of %j %j', async (query, others, name) => {
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...gateway.authorization('ada'), 'content-type': 'application/json' },
      body: JSON.stringify({ query, ...others }),
    });
    expect(await onlyLine()).toMatchObject({ operation: name, path: '/graphql' });
  });

  it.each([
    ['GET', '', 'GET /v1/customer-segments'],
    ['HEAD', '', 'HEAD /v1/customer-segments'],
    ['GET', '/xgQQXg3hrtjh7AvZ', 'GET /v1/customer-segments/:id'],
    ['DELETE', '/xgQQXg3hrtjh7AvZ', 'DELETE /v1/customer-segments/:id'],
    ['POST', '/xgQQXg3hrtjh7AvZ', undefined],
    ['GET', '/a/b', undefined],
  ])('names the REST operation of %s %s', async (method, path, name) => {
    await rest(gateway, path, { method });
    expect((await onlyLine()).operation).toBe(name);
  });

  it.each([
    ['/xgQQXg3hrtjh7AvZ', 'GET', 'NOT_FOUND'],
    ['?limit=0', 'GET', 'INVALID_INPUT'],
    ['', 'PATCH', 'METHOD_NOT_ALLOWED'],
    ['', 'GET', undefined],
  ])('has the code of the problem with %s %s: %s', async (path, method, code) => {
    await rest(gateway, path, { method });
    expect((await onlyLine()).code).toBe(code);
  });

  it.each([
    ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ a: segments(first: 1000) { totalCount } b: segments(first: 2000) { totalCount } }', 'INVALID_INPUT'],
    ['mutation { deleteSegment(input: { id: "xgQQXg3hrtjh7AvZ" }) { __typename } }', 'NOT_FOUND'],
    ['{ segments { totalCount } }', undefined],
  ])('has the codes of the errors of %s, however often it is sent: %s', async (query, code) => {
    for (let time = 1; time <= 4; time++) {
      gateway.logged.length = 0;
      await graphql(gateway, query);
      expect((await onlyLine()).code).toBe(code);
    }
  });

  it('has each of several codes once', async () => {
    const remove = 'deleteSegment(input: { id: "xgQQXg3hrtjh7AvZ" }) { __typename }';
    const create = 'createSegment(input: { name: "", criteria: "x", description: "" }) { __typename }';
    await graphql(gateway, `mutation { a: ${remove} b: ${create} c: ${remove} }`);
    expect((await onlyLine()).code).toBe('NOT_FOUND,INVALID_INPUT');
  });

  it('has the id of the token, as the list of tokens has it', async () => {
    const [ada] = (await gateway.tokens.list()).filter(({ name }) => name === 'ada');
    await rest(gateway);
    expect(await onlyLine()).toMatchObject({ tokenId: ada?.id, accountId: 'ada' });
    expect(ada?.id).toMatch(/^[\w-]{36}$/);
  });

  it('has only the beginning of a very long path', async () => {
    await rest(gateway, `/${'a'.repeat(10_000)}`);
    expect(String((await onlyLine()).path).length).toBeLessThan(210);
  });
});

describe('a flood', () => {
  const sumOf = (msg: string, field?: string) =>
    gateway.logged
      .filter((each) => each.msg === msg)
      .reduce((sum, each) => sum + (field ? Number(each[field]) : 1), 0);

  it('of refused requests is counted in full, including those without a line', async () => {
    const FLOOD = 500;
    for (let i = 0; i < FLOOD / 100; i++) {
      await Promise.all(Array.from({ length: 100 }, () => rest(gateway, '', { as: null })));
    }
    await expect.poll(() => sumOf('request') + sumOf('requests left out', 'leftOut')).toBe(FLOOD);
  });

  it('of successful requests has a line for each', async () => {
    await Promise.all(Array.from({ length: 200 }, () => decided(() => rest(gateway))));
    const successes = () => gateway.logged.filter(({ msg, status }) => msg === 'request' && status === 200);
    await expect.poll(() => successes().length).toBe(200);
  });

  it('does not hide the line of another account', async () => {
    const missing = () => rest(gateway, '/xgQQXg3hrtjh7AvZ');
    await Promise.all(Array.from({ length: 100 }, missing));
    await rest(gateway, '/xgQQXg3hrtjh7AvZ', { as: 'bob' });
    await expect
      .poll(() => gateway.logged.filter(({ accountId }) => accountId === 'bob'))
      .toMatchObject([{ msg: 'request', status: 404 }]);
  });

  it('of one kind of fault is sampled, and does not hide other kinds', () => {
    const lines: Record<string, unknown>[] = [];
    const logged = records(logTo('info', { write: (line) => void lines.push(JSON.parse(line)) }));
    const slow = Object.assign(new Error('slow'), { code: '57014' });
    for (let i = 0; i < 1_000; i++) logged.observe({ kind: 'fault', error: slow, requestId: `r${i}` });
    logged.observe({ kind: 'fault', error: new RangeError('rare'), requestId: 'r' });
    logged.flush();
    expect(lines.filter(({ msg }) => msg === 'fault')).toHaveLength(11);
    expect(lines.filter(({ msg }) => msg === 'faults left out')).toMatchObject([
      { leftOut: 990, fault: { name: 'Error', code: '57014' } },
    ]);
  });

  it('of faults from one place in the program does not hide one from another place', () => {
    const lines: Record<string, unknown>[] = [];
    const logged = records(logTo('info', { write: (line) => void lines.push(JSON.parse(line)) }));
    for (let i = 0; i < 1_000; i++) {
      logged.observe({ kind: 'fault', error: new Error(`often ${i}\n    at ${i}`), requestId: `r${i}` });
    }
    logged.observe({ kind: 'fault', error: new Error('rare'), requestId: 'r' });
    logged.flush();
    expect(lines.filter(({ msg }) => msg === 'fault')).toHaveLength(11);
    expect(lines.filter(({ msg }) => msg === 'faults left out')).toHaveLength(1);
  });
});

describe('a sample', () => {
  it('admits the first few of each kind, and reports how many were left out', () => {
    const reported: unknown[] = [];
    const sample = sampler<string>(3, (kind, leftOut) => reported.push([kind, leftOut]));
    const admitted = Array.from({ length: 10 }, () => sample.admits('often', () => 'often'));
    expect(admitted).toEqual([true, true, true, ...Array.from({ length: 7 }, () => false)]);
    expect(sample.admits('seldom', () => 'seldom')).toBe(true);
    sample.flush();
    expect(reported).toEqual([['often', 7]]);
    expect(sample.admits('often', () => 'often')).toBe(true);
  });

  it('starts again when its second is over', async () => {
    const reported: number[] = [];
    const sample = sampler<null>(1, (_, leftOut) => reported.push(leftOut));
    for (let i = 0; i < 5; i++) sample.admits('a', () => null);
    await expect.poll(() => reported).toEqual([4]);
    expect(sample.admits('a', () => null)).toBe(true);
  });

  it('distinguishes a limited number of kinds', () => {
    const reported: unknown[] = [];
    const sample = sampler<string>(1, (kind, leftOut) => reported.push([kind, leftOut]));
    let admitted = 0;
    for (let i = 0; i < 5_000; i++) if (sample.admits(`kind ${i}`, () => `kind ${i}`)) admitted += 1;
    sample.flush();
    expect(admitted).toBe(1_001);
    expect(reported).toEqual([[undefined, 3_999]]); // all further kinds together
  });
});
