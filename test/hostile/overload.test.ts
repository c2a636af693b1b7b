import { describe, expect, it } from 'vitest';
import { rest } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway({ mostInFlight: 20 });

describe('more requests at once than the gateway works on', () => {
  it('are refused at once, and the others answered', async () => {
    // A lock holds up every list, as a slow database would.
    const client = await gateway.database.$client.connect();
    await client.query('begin; lock table segments in access exclusive mode');
    const held = Array.from({ length: 20 }, () => rest(gateway));
    await expect.poll(() => gateway.inFlight()).toBe(20);
    const start = performance.now();
    const { status, headers, body } = await rest(gateway);
    const milliseconds = performance.now() - start;
    await client.query('commit');
    client.release();
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UNAVAILABLE', '1']);
    expect(milliseconds).toBeLessThan(250); // the others waited for the lock, which is given up after 300
    for (const { status } of await Promise.all(held)) expect([200, 503]).toContain(status);
    expect((await rest(gateway)).status).toBe(200);
  });

  it('do not keep an operator from asking how it is', async () => {
    const client = await gateway.database.$client.connect();
    await client.query('begin; lock table segments in access exclusive mode');
    const held = Array.from({ length: 21 }, () => rest(gateway));
    await expect.poll(() => gateway.inFlight()).toBeGreaterThanOrEqual(20);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    await client.query('commit');
    client.release();
    await Promise.all(held);
  });
});
