import { beforeEach, describe, expect, it } from 'vitest';
import { graphql, rest } from '../client.ts';
import { testGateway } from '../harness.ts';

describe.each(['memory', 'postgres'] as const)('the rate limit, stored in %s', (store) => {
  const gateway = testGateway({ rateLimit: { points: 20, store } });

  // The limit is for a minute, so each test creates its own tokens, which start from zero.
  beforeEach(async () => {
    for (const who of ['ada', 'bob', 'reader', 'writer'] as const) {
      const { token } = await gateway.tokens.create({
        accountId: who === 'bob' ? 'bob' : 'ada',
        name: who,
        scopes: ['segments:read', 'segments:write'],
        expiresAt: null,
      });
      tokens.set(who, token);
    }
  });
  const tokens = new Map<string, string>();
  const as = (who: string) => ({ as: null, headers: { authorization: `Bearer ${tokens.get(who)}` } });

  it('reports in each response what is left, in the headers of the IETF draft', async () => {
    const { status, headers } = await rest(gateway, '', as('ada'));
    expect(status).toBe(200);
    expect(headers.get('ratelimit-policy')).toBe('"minute";q=20;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"minute";r=19;t=(60|[1-5]?\d)$/);
    expect((await rest(gateway, '', as('ada'))).headers.get('ratelimit')).toContain('r=18');
  });

  it('refuses a caller over the limit with 429 and Retry-After, on both faces', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await rest(gateway, '', as('ada'))).status);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
    const { body, headers } = await rest(gateway, '', as('ada'));
    expect(body.code).toBe('RATE_LIMITED');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    const overGraphql = await graphql(gateway, '{ segments { nodes { id } } }', {}, as('ada'));
    expect(overGraphql.status).toBe(429);
    expect(overGraphql.body.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(overGraphql.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('counts each caller separately, even within one account', async () => {
    for (let i = 0; i < 21; i++) await rest(gateway, '', as('ada'));
    expect((await rest(gateway, '', as('ada'))).status).toBe(429);
    expect((await rest(gateway, '', as('reader'))).status).toBe(200);
    expect((await rest(gateway, '', as('bob'))).status).toBe(200);
  });

  it('charges a GraphQL operation for the objects it requests, each time it is sent', async () => {
    const query = 'query ($n: Int) { segments(first: $n) { nodes { id } } }';
    const left = async (n: number) =>
      (await graphql(gateway, query, { n }, as('bob'))).headers.get('ratelimit');
    expect(await left(3)).toContain('r=17');
    expect(await left(3)).toContain('r=14');
    expect(await left(4)).toContain('r=10');
    expect((await graphql(gateway, query, { n: 11 }, as('bob'))).status).toBe(429);
  });

  it('neither admits nor counts a request without a token', async () => {
    const { status, headers } = await rest(gateway, '', { as: null });
    expect([status, headers.get('ratelimit')]).toEqual([401, null]);
  });
});

describe('a rate limit whose store is unavailable', () => {
  const gateway = testGateway({ rateLimit: { points: 1, store: 'postgres' } });

  it('admits requests, and logs the fault', async () => {
    await gateway.database.$client.query('drop table rate_limits');
    gateway.logged.length = 0;
    for (let i = 0; i < 3; i++) expect((await rest(gateway)).status).toBe(200);
    expect(gateway.logged).toContainEqual(expect.objectContaining({ msg: 'fault' }));
  });
});

describe('a rate limit stored in Postgres', () => {
  const gateway = testGateway({ rateLimit: { points: 1_000, store: 'postgres' } });

  it('counts one account while the count of another is locked', async () => {
    await rest(gateway);
    const client = await gateway.database.probe.connect();
    await client.query('begin; select from rate_limits for update');
    const flood = Array.from({ length: 50 }, () => rest(gateway));
    await expect.poll(() => gateway.inFlight()).toBe(50);
    const { status, headers } = await rest(gateway, '', { as: 'bob' });
    expect([status, headers.get('ratelimit')]).toEqual([200, expect.stringContaining('r=999')]);
    await client.query('rollback');
    client.release();
    await Promise.all(flood);
  });
});

describe('a gateway without a rate limit', () => {
  const gateway = testGateway();

  it('sends no RateLimit header', async () => {
    expect((await rest(gateway)).headers.get('ratelimit')).toBeNull();
  });
});
