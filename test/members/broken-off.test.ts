import { once } from 'node:events';
import { request } from 'node:http';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanMembers } from '../../src/members/store/clean.ts';
import { createSegment } from '../../src/segments/resolvers.ts';
import { wholeLog } from '../events/whole-log.ts';
import { draft, secondGateway, testGateway, viewers } from '../harness.ts';
import { administer } from '../postgres.ts';
import { processes, SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { until } from '../until.ts';
import { leftoversOf, placesOf, storedRows } from './stored.ts';
import { replace, uploadTo } from './upload.ts';

const gateway = testGateway({ bodyPauseMs: 400 });
const { serve } = processes();
const url = () => gateway.database.$client.options.connectionString ?? '';
const ada = viewers.ada.accountId;

const linesOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `c${from + i}\n`).join('');

async function segmentWithMembers(): Promise<string> {
  const { id } = await createSegment(draft(), gateway.context());
  await replace(gateway, id, 'a\nb\nc');
  return id;
}

/** Checks that a segment and the log are as they were, and that nothing stays of what was staged. */
async function expectUnchanged(id: string, events: number): Promise<void> {
  await until(() => gateway.uploads.count() === 0);
  expect([...(await placesOf(gateway, id)).keys()]).toEqual(['a', 'b', 'c']);
  expect((await wholeLog(gateway.events, ada)).length).toBe(events);
  expect(await gateway.members.count({ accountId: ada, id })).toBe(3);
  await until(async () => {
    await cleanMembers(gateway.database)();
    return (await leftoversOf(gateway, id)) === 0;
  });
  expect(await storedRows(gateway, id)).toBe(3);
}

/** Begins a request whose body never arrives completely. */
function unfinished(target: string) {
  const headers = {
    ...gateway.authorization('ada'),
    'content-type': 'application/json',
    'content-length': 100,
  };
  const sent = request(target, { method: 'PUT', agent: false, headers });
  sent.on('error', () => {});
  sent.write('{');
  return { request: sent, ended: once(sent, 'close') };
}

const eventsOf = async () => (await wholeLog(gateway.events, ada)).length;

describe('A replacement changes nothing and leaves nothing', () => {
  afterEach(() => {
    expect(
      gateway.logged.filter(({ msg, fault }) => msg === 'fault' && !JSON.stringify(fault).includes('57P01')),
    ).toEqual([]);
    gateway.logged.length = 0;
  });

  it.each([0, 1, 3, 5_000, 5_001, 12_345, 25_000])('if the client is gone after %i lines', async (lines) => {
    const id = await segmentWithMembers();
    const events = await eventsOf();
    const upload = uploadTo(gateway, id, { headers: { 'content-length': '1000000' } });
    if (lines > 0) await upload.send(linesOf(0, lines));
    await until(() => gateway.uploads.count() === 1);
    upload.request.destroy();
    await expectUnchanged(id, events);
  });

  it('if a chunked body has no end', async () => {
    const id = await segmentWithMembers();
    const events = await eventsOf();
    const upload = uploadTo(gateway, id);
    await upload.send(linesOf(0, 6_000));
    upload.request.socket?.end();
    await expectUnchanged(id, events);
  });

  it('if a line is refused', async () => {
    const id = await segmentWithMembers();
    const events = await eventsOf();
    const { body } = await replace(
      gateway,
      id,
      `${linesOf(0, 12_000)}${'x'.repeat(300)}\n${linesOf(12_000, 100)}`,
    );
    expect(body.errors).toEqual([
      { param: 'lines.12001', message: 'must have 1 to 255 characters, not 300' },
    ]);
    await expectUnchanged(id, events);
  });

  it('if the client pauses for too long: 408', async () => {
    const id = await segmentWithMembers();
    const events = await eventsOf();
    const upload = uploadTo(gateway, id);
    const other = unfinished(`${gateway.url}/v1/customer-segments/${id}`);
    await upload.send(linesOf(0, 6_000));
    // The limit of the server for a whole request, which the other one reaches, would take longer.
    expect(await Promise.race([upload.answer, other.ended])).toMatchObject({ status: 408 });
    const { headers } = await upload.answer;
    other.request.destroy();
    expect(headers.connection).toBe('close');
    await expectUnchanged(id, events);
  });

  it('if the token is revoked meanwhile', async () => {
    const id = await segmentWithMembers();
    const events = await eventsOf();
    const { token, id: tokenId } = await gateway.tokens.create({
      accountId: ada,
      name: 't',
      scopes: ['members:write'],
      expiresAt: null,
    });
    const upload = uploadTo(
      { url: gateway.url, authorization: () => ({ authorization: `Bearer ${token}` }) },
      id,
    );
    await upload.send(linesOf(0, 6_000));
    await gateway.tokens.revoke(tokenId);
    expect((await upload.end()).status).toBe(401);
    await expectUnchanged(id, events);
  });

  it('if the gateway stops meanwhile, which waits for it first', async () => {
    const id = await segmentWithMembers();
    const other = await secondGateway(gateway);
    const authorization = gateway.authorization;
    const finished = uploadTo({ url: other.url, authorization }, id);
    await finished.send(linesOf(0, 6_000));
    const cut = uploadTo({ url: other.url, authorization }, await segmentWithMembers());
    const cutId = cut.request.path.split('/')[3] ?? '';
    await cut.send(linesOf(0, 6_000));
    await until(() => other.uploads.count() === 2);
    const stopped = other.stop();
    await finished.send('a\n');
    expect((await finished.end()).body).toEqual({ added: 6_000, removed: 2, unchanged: 1 });
    const events = await eventsOf();
    await expect(cut.answer).rejects.toThrow();
    await stopped;
    await expectUnchanged(cutId, events);
  });

  it('if the database closes the connection at the end: 503, not applied', async () => {
    const id = await segmentWithMembers();
    const events = await eventsOf();
    const lock = new pg.Client(url()); // a connection of the gateway would be closed if the test takes long
    await lock.connect();
    try {
      await lock.query('begin');
      await lock.query('select from event_heads for update');
      const answer = replace(gateway, id, linesOf(0, 6_000));
      const isWaiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%event_heads%'`;
      await until(async () => (await administer(url(), isWaiting)).length > 0);
      await administer(url(), `select pg_terminate_backend(pid) from (${isWaiting}) as waiting`);
      const { status, body } = await answer;
      expect([status, body.code, body.outcome]).toEqual([503, 'UNAVAILABLE', 'not_applied']);
    } finally {
      await lock.end();
    }
    await expectUnchanged(id, events);
  });

  it('if the gateway is killed, after an hour', async () => {
    const running = await serve({ DATABASE_URL: url(), API_TOKEN: TOKEN });
    const { id } = await (await running.send(SEGMENTS, 'POST', draft())).json();
    const authorization = () => ({ authorization: `Bearer ${TOKEN}` });
    await replace({ url: running.url, authorization }, id, 'a\nb\nc');
    const upload = uploadTo({ url: running.url, authorization }, id);
    await upload.send(linesOf(0, 20_000));
    await until(async () => (await storedRows(gateway, id)) > 10_000);
    await running.end('SIGKILL');
    const next = await serve({ DATABASE_URL: url(), API_TOKEN: TOKEN });
    const page = await (await next.send(`${SEGMENTS}/${id}/members`)).json();
    expect(page.data.map(({ customer_id }: { customer_id: string }) => customer_id)).toEqual(['a', 'b', 'c']);
    await gateway.database.$client.query(
      `update member_leftovers set removable_at = removable_at - interval '1 hour'`,
    );
    await until(async () => (await storedRows(gateway, id)) === 3);
    await next.end();
  });
});
