import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { segmentsNamed } from './fetch.ts';
import { create } from './rest.ts';
import { fetchWithRetry } from './retry.ts';

it('fetch reads all pages of a list', async () => {
  for (const name of ['Fetch 3', 'Fetch 1', 'Fetch 2'])
    await create({ name, criteria: 'c', description: '' }, randomUUID());
  const found = await segmentsNamed('Fetch');
  assert.deepEqual(
    found.map(({ name }) => name),
    ['Fetch 1', 'Fetch 2', 'Fetch 3'],
  );
});

it('curl creates, lists, changes and deletes a segment', async () => {
  const script = join(import.meta.dirname, 'curl.sh');
  const { stdout } = await promisify(execFile)('sh', ['-eu', script]);
  const [listed = '', changed = '', ...more] = stdout.split(/(?<=\})(?=\{)/);
  assert.deepEqual(more, []);
  assert.equal(JSON.parse(listed).data[0].criteria, 'spend > 1000');
  assert.equal(JSON.parse(changed).criteria, 'spend > 2000');
});

for (const { status, outcome, requests } of [
  { status: 429, outcome: undefined, requests: 2 },
  { status: 503, outcome: 'not_applied', requests: 2 },
  { status: 503, outcome: 'unknown', requests: 1 },
]) {
  it(`fetchWithRetry sends ${requests} after ${status} ${outcome ?? ''}`, async () => {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      bodies.push(Buffer.concat(await request.toArray()).toString());
      const isFirst = bodies.length === 1;
      response.writeHead(isFirst ? status : 200, { 'retry-after': '0' });
      response.end(JSON.stringify({ outcome }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo; // a TCP server's
    const response = await fetchWithRetry(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x' });
    server.close();
    assert.equal(response.status, requests === 2 ? 200 : status);
    assert.deepEqual(bodies, Array(requests).fill('x'));
  });
}
