import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { rest, restAt } from '../client.ts';
import { draft, eventHead, testGateway, type Who } from '../harness.ts';
import { until } from '../until.ts';
import { CSV, exportFile, importFile, lineOf, NDJSON } from './transfer.ts';

const gateway = testGateway();
const stalled = testGateway();

const create = async (given: object = {}, as: Who = 'ada') =>
  (await rest(gateway, '', { method: 'POST', body: { ...draft(), ...given }, as })).body;

describe('An export over REST', () => {
  it('has all segments, oldest first, as the list shows them', async () => {
    const segments = [await create({ name: 'one' }), await create({ name: 'two' })];
    const { status, headers, body } = await exportFile(gateway);
    expect(status).toBe(200);
    expect(body).toBe(segments.map((segment) => `${JSON.stringify(segment)}\n`).join(''));
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': NDJSON,
      'cache-control': 'no-store',
      'content-disposition': 'attachment; filename="customer-segments.ndjson"',
      'event-cursor': String(await eventHead(gateway, 'ada')),
      vary: 'Accept',
    });
  });

  it('is CSV for a client that prefers it', async () => {
    const { headers, body } = await exportFile(gateway, { type: `${CSV}, */*;q=0.5` });
    expect(body).toMatch(/^id,name,criteria,description,created_at,updated_at\r\n\w{16},one,/);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe('attachment; filename="customer-segments.csv"');
  });

  it.each(['*/*', 'application/json', 'text/csv;q=0', 'text/csv;q=0.5, application/x-ndjson'])(
    'is NDJSON with Accept: %s',
    async (type) => {
      expect((await exportFile(gateway, { type })).headers.get('content-type')).toBe(NDJSON);
    },
  );

  it('has only the segments that match the filters', async () => {
    const { id } = await create({ name: 'filtered', criteria: 'of the filter' });
    await restAt(gateway, `/v1/customer-segments/${id}/members/c1`, { method: 'PUT' });
    for (const query of ['?name=filtered', '?criteria=of%20the%20filter', '?member=c1']) {
      const { body } = await exportFile(gateway, { query });
      expect(
        body
          .trimEnd()
          .split('\n')
          .map((line: string) => JSON.parse(line).id),
      ).toEqual([id]);
    }
  });

  it('has only the header, or nothing, for an account without segments', async () => {
    expect((await exportFile(gateway, { as: 'bob' })).body).toBe('');
    const csv = await exportFile(gateway, { as: 'bob', type: CSV });
    expect(csv.body).toBe('id,name,criteria,description,created_at,updated_at\r\n');
  });

  it('has no segment of another account', async () => {
    const { id } = await create({ name: 'of Bob' }, 'bob');
    const { body } = await exportFile(gateway, { as: 'bob' });
    expect(body.match(/"id":"\w+"/g)).toEqual([`"id":"${id}"`]);
    expect((await exportFile(gateway)).body).not.toContain(id);
  });

  it('has no body for HEAD', async () => {
    const { status, headers, body } = await rest(gateway, '/export', { method: 'HEAD' });
    expect([status, body]).toEqual([200, '']);
    expect(headers.get('event-cursor')).toBe(String(await eventHead(gateway, 'ada')));
    await until(() => gateway.exports.count() === 0);
  });

  it.each<[string, number, Parameters<typeof rest>[1], Parameters<typeof rest>[2]]>([
    ['without the scope', 403, '/export', { as: 'writer' }],
    ['without the scope for members', 403, '/export?member=c1', { as: 'reader' }],
    ['without a token', 401, '/export', { as: null }],
    ['with an unknown parameter', 400, '/export?limit=5', {}],
    ['if a precondition fails', 412, '/export', { headers: { 'if-match': '"1"' } }],
    ['if the client has what it would get', 304, '/export', { headers: { 'if-none-match': '*' } }],
    ['with another method', 405, '/export', { method: 'POST', body: 'a' }],
  ])('is refused %s', async (_, status, path, options) => {
    expect((await rest(gateway, path, options)).status).toBe(status);
    expect(gateway.exports.count()).toBe(0);
  });
});

/** Begins an export that nothing is read from, of more than the sockets take. */
async function unread(as: Who) {
  const { hostname, port } = new URL(stalled.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}).pause();
  const { authorization } = stalled.authorization(as);
  socket.write(
    `GET /v1/customer-segments/export HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`,
  );
  await until(() => stalled.exports.count() === 1);
  return socket;
}

describe('An export whose client reads nothing', () => {
  const large = () => Array.from({ length: 4_000 }, () => lineOf({ criteria: 'x'.repeat(5_000) })).join('');

  it('makes only its own account wait', async () => {
    expect((await importFile(stalled, large())).summary).toMatchObject({ created: 4_000 });
    const socket = await unread('ada');
    const another = await exportFile(stalled);
    expect([another.status, another.body.code]).toEqual([429, 'RATE_LIMITED']);
    expect((await exportFile(stalled, { as: 'bob' })).status).toBe(200);
    socket.destroy();
    await until(() => stalled.exports.count() === 0);
    expect((await exportFile(stalled)).body.length).toBeGreaterThan(20_000_000);
  });

  it('is broken off after a while', async () => {
    const socket = await unread('ada');
    await until(() => stalled.exports.count() === 0);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.resume();
    await once(socket, 'close');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
  });
});
