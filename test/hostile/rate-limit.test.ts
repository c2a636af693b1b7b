import { beforeEach, describe, expect, it } from 'vitest';
import { graphql, rest } from '../client.ts';
import { testGateway } from '../harness.ts';

describe.each(['memory', 'postgres'] as const)('the rate limit, counted in %s', (store) => {
  const gateway = testGateway({ rateLimit: { points: 20, store } });

  // The limit is a minute long: each test counts from nothing, with tokens of its own.
  beforeEach(async () => {
    for (const who of ['ada', 'bob', 'reader', 'writer'] as const) {
      const { token } = await gateway.tokens.create({
        accountId: who === 'bob' ? 'bob' : 'ada',
        name: who,
        scopes: ['segments:read', 'segments:write'],
        expiresAt: null,
      });
      fresh.set(who, token);
    }
  });
  const fresh = new Map<string, string>();
  const as = (who: string) => ({ as: null, headers: { authorization: `Bearer ${fresh.get(who)}` } });

  it('tells with each answer what is left, as the IETF has it', async () => {
    const { status, headers } = await rest(gateway, '', as('ada'));
    expect(status).toBe(200);
    expect(headers.get('ratelimit-policy')).toBe('"minute";q=20;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"minute";r=19;t=(60|[1-5]?\d)$/);
    expect((await rest(gateway, '', as('ada'))).headers.get('ratelimit')).toContain('r=18');
  });

  it('lets a caller spend so much and no more, until the time it says', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await rest(gateway, '', as('ada'))).status);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
    const { body, headers } = await rest(gateway, '', as('ada'));
    expect(body.code).toBe('RATE_LIMITED');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    const graph = await graphql(gateway, '{ segments { nodes { id } } }', {}, as('ada'));
    expect(graph.status).toBe(429);
    expect(graph.body.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(graph.headers.get('retry-after')).toBe(graph.headers.get('retry-after')?.replace(/\D/g, ''));
  });

  it('counts each caller alone, of one account or two', async () => {
    for (let i = 0; i < 21; i++) await rest(gateway, '', as('ada'));
    expect((await rest(gateway, '', as('ada'))).status).toBe(429);
    expect((await rest(gateway, '', as('reader'))).status).toBe(200);
    expect((await rest(gateway, '', as('bob'))).status).toBe(200);
  });

  it('counts a GraphQL operation by the objects that it asks for, however often it comes', async () => {
    const query = 'query ($n: Int) { segments(first: $n) { nodes { id } } }';
    const left = async (n: number) =>
      (await graphql(gateway, query, { n }, as('bob'))).headers.get('ratelimit');
    expect(await left(3)).toContain('r=17');
    expect(await left(3)).toContain('r=14');
    expect(await left(4)).toContain('r=10');
    expect((await graphql(gateway, query, { n: 11 }, as('bob'))).status).toBe(429);
  });

  it('lets in nobody without a token, and counts nobody either', async () => {
    const { status, headers } = await rest(gateway, '', { as: null });
    expect([status, headers.get('ratelimit')]).toEqual([401, null]);
  });
});

describe('a rate limit whose store is away', () => {
  const gateway = testGateway({ rateLimit: { points: 1, store: 'postgres' } });

  it('lets callers in, and says so in the log', async () => {
    await gateway.database.$client.query('drop table rate_limits');
    gateway.logged.length = 0;
    for (let i = 0; i < 3; i++) expect((await rest(gateway)).status).toBe(200);
    expect(gateway.logged).toContainEqual(expect.objectContaining({ msg: 'fault' }));
  });
});

describe('a rate limit that is counted in Postgres', () => {
  const gateway = testGateway({ rateLimit: { points: 1_000, store: 'postgres' } });

  it('counts one account while another one keeps its own count busy', async () => {
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

describe('no rate limit', () => {
  const gateway = testGateway();

  it('is not told of', async () => {
    expect((await rest(gateway)).headers.get('ratelimit')).toBeNull();
  });
});
