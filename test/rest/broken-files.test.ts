import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { secondGateway, testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { beginImport, exportFile, importFile, lineOf, linesWith } from './transfer.ts';

const gateway = testGateway();

/** Ends the connections whose transactions wait for a client. Returns how many there were. */
async function endTransactions(): Promise<number> {
  const { rowCount } = await gateway.database.$client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' 
      and datname = current_database()`,
  );
  return rowCount ?? 0;
}

describe('When the gateway stops, an import', () => {
  it('ends after the next results, so that it can be continued elsewhere', async () => {
    const { url, stop } = await secondGateway(gateway);
    const headers = { 'idempotency-key': 'interrupted' };
    const upload = beginImport({ url, authorization: gateway.authorization }, { headers });
    upload.send(lineOf({ name: 'first' }));
    const first = await upload.next();
    const stopped = stop();
    upload.send(lineOf({ name: 'second' }));
    const second = await upload.next();
    expect(await upload.next()).toMatchObject({
      created: 2,
      complete: false,
      problem: { code: 'UNAVAILABLE', outcome: 'not_applied' },
    });
    expect(await upload.next()).toBeUndefined();
    await stopped;

    const again = lineOf({ name: 'first' }) + lineOf({ name: 'second' }) + lineOf({ name: 'third' });
    const { results, summary } = await importFile(gateway, again, { headers });
    expect(results.slice(0, 2)).toMatchObject([{ id: first.id }, { id: second.id }]);
    expect(summary).toMatchObject({ complete: true, failed: 0 });
    expect((await exportFile(gateway)).body.match(/"name":"\w+"/g)).toEqual([
      '"name":"first"',
      '"name":"second"',
      '"name":"third"',
    ]);
  });
});

describe('When the database goes away, an export', () => {
  it('breaks off the connection, and the reason is in the log', async () => {
    const long = { criteria: 'x'.repeat(5_000), description: 'y'.repeat(5_000) };
    await importFile(gateway, linesWith(2_000, long), { as: 'bob' });
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    const { authorization } = gateway.authorization('bob');
    const head = 'GET /v1/customer-segments/export HTTP/1.1\r\nHost: x\r\nConnection: close';
    socket.write(`${head}\r\nAuthorization: ${authorization}\r\n\r\n`);
    let text = '';
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        text += chunk;
      });
    await once(socket, 'data');
    socket.pause();
    gateway.logged.length = 0;
    await until(async () => (await endTransactions()) > 0);
    socket.resume();
    await once(socket, 'close');
    expect(text).toContain('HTTP/1.1 200 OK');
    expect(text.endsWith('\r\n0\r\n\r\n')).toBe(false);
    await until(() => gateway.logged.some(({ operation }) => operation !== undefined));
    expect(gateway.logged.find(({ operation }) => operation !== undefined)).toMatchObject({
      operation: 'GET /v1/customer-segments/export',
      status: 'aborted',
      code: 'UNAVAILABLE',
    });
    expect(gateway.exports.count()).toBe(0);
  });
});
