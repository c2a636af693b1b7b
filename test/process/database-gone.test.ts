import { describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/embedded-postgres/server.ts';
import { processes, SEGMENTS, TOKEN } from './gateway-process.ts';

const { serve, temporaryFolder } = processes();

/**
 * The gateway's own time limits end within two seconds. This limit allows for slow machines: without the gateway's limits,
 * there would be no response at all.
 */
const MAX_MS = 30_000;

describe('a gateway whose database is gone', () => {
  it('responds with UNAVAILABLE, is not ready, and recovers by itself', async () => {
    const folder = temporaryFolder();
    const postgres = await startEmbedded(folder);
    const gateway = await serve({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN });
    const rest = () => gateway.send(SEGMENTS);
    const graphql = () => gateway.send('/graphql', 'POST', { query: '{ segments { nodes { id } } }' });
    const ready = async () => (await gateway.send('/health/ready')).status;
    expect((await rest()).status).toBe(200);
    await expect.poll(ready).toBe(200);

    await postgres.stop();
    const start = performance.now();
    const [overRest, overGraphql] = await Promise.all([rest(), graphql()]);
    expect(performance.now() - start).toBeLessThan(MAX_MS);
    expect([overRest.status, overRest.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await overRest.json()).toMatchObject({ code: 'UNAVAILABLE' });
    expect([overGraphql.status, overGraphql.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await overGraphql.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    await expect.poll(ready).toBe(503);
    expect((await gateway.send('/health/live')).status).toBe(200);

    const restarted = await startEmbedded(folder);
    await expect.poll(async () => (await rest()).status).toBe(200);
    await expect.poll(ready).toBe(200);
    expect(await gateway.end()).toBe(0);
    await restarted.stop();
  });
});
