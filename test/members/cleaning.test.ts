import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../src/database/connect.ts';
import { cleanMembers } from '../../src/members/store/clean.ts';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { draft, secondGateway, testGateway } from '../harness.ts';
import { readOnlyUrlOf } from '../postgres.ts';
import { until } from '../until.ts';
import { leftoversOf, placesOf, storedRows } from './stored.ts';
import { replace } from './upload.ts';

const gateway = testGateway();
const clean = (signal?: AbortSignal) => cleanMembers(gateway.database)(signal);
const query = (text: string, values: unknown[] = []) => gateway.database.$client.query(text, values);

const listOf = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`).join('\n');

async function segmentOf(members: number): Promise<string> {
  const { id } = await createSegment(draft(), gateway.context());
  if (members > 0) await replace(gateway, id, listOf(members));
  return id;
}

beforeEach(async () => {
  await query('truncate members, memberships, member_leftovers');
});

describe('Cleaning', () => {
  it('deletes the members of deleted segments and those that were replaced, and no others', async () => {
    const [deleted, replaced, kept] = [await segmentOf(5_000), await segmentOf(5_000), await segmentOf(3)];
    await deleteSegment({ id: deleted }, gateway.context());
    await replace(gateway, replaced, 'c1\nx');
    expect(await clean()).toBe(10_000);
    expect(await Promise.all([deleted, replaced, kept].map((id) => storedRows(gateway, id)))).toEqual([
      0, 2, 3,
    ]);
    expect([...(await placesOf(gateway, replaced)).keys()]).toEqual(['c1', 'x']);
    expect((await query('select from member_leftovers')).rowCount).toBe(0);
    expect(await clean()).toBe(0);
  });

  it('deletes the members of many small segments in few statements', async () => {
    await query(
      `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
       select 'ada', lpad(g::text, 16, '0'), 'n', 'c', 'd', now(), now() from generate_series(1, 1000) as g`,
    );
    await query(
      `insert into memberships (account_id, segment_id) select 'ada', lpad(g::text, 16, '0') from generate_series(1, 1000) as g`,
    );
    await query(
      `insert into members (account_id, segment_id, generation, customer_id, place, joined_at)
       select account_id, segment_id, generation, 'c' || g, g, now() from memberships cross join generate_series(1, 3) as g`,
    );
    await query(`delete from segments where id like '000000%'`);
    gateway.statements.length = 0;
    expect(await clean()).toBe(3_000);
    expect(gateway.statements.length).toBeLessThan(15);
  });

  it('leaves members that a replacement is staging, and deletes them an hour after the last of them', async () => {
    const id = await segmentOf(1);
    const replacement = await gateway.members.replacement.begin({ accountId: 'ada', id });
    if (!replacement) throw new Error('There is no segment.');
    await gateway.members.replacement.stage(replacement, { customerIds: ['a', 'b'], firstLine: 1 });
    expect(await clean()).toBe(0);
    const { rows } = await query('select removable_at - now() as left from member_leftovers');
    expect(rows).toMatchObject([{ left: { minutes: 59 } }]);
    await query(`update member_leftovers set removable_at = removable_at - interval '1 hour'`);
    expect(await clean()).toBe(2);
    await expect(
      gateway.members.replacement.stage(replacement, { customerIds: ['c'], firstLine: 3 }),
    ).rejects.toThrow('interrupted for too long');
    const finish = {
      ...replacement,
      requestId: 'r',
      actor: gateway.context().viewer?.actor ?? { kind: 'TOKEN' as const, id: null, name: null },
      lines: 3,
    };
    await expect(gateway.members.replacement.finish(finish)).rejects.toThrow('interrupted for too long');
    expect([await storedRows(gateway, id), await leftoversOf(gateway, id)]).toEqual([1, 0]);
  });

  it('ends when it is told to, and the next run goes on', async () => {
    await deleteSegment({ id: await segmentOf(10_000) }, gateway.context());
    expect(await clean(AbortSignal.abort())).toBe(0);
    const stop = new AbortController();
    const running = clean(stop.signal);
    stop.abort();
    const first = await running;
    expect(first).toBeLessThan(10_000);
    expect(first + (await clean())).toBe(10_000);
  });

  it('is shared by several gateways', async () => {
    for (let i = 0; i < 4; i++) await deleteSegment({ id: await segmentOf(4_000) }, gateway.context());
    const url = gateway.database.$client.options.connectionString ?? '';
    const other = connect({ url, poolSize: 4, observe: () => {} });
    const counts = await Promise.all([clean(), cleanMembers(other)()]);
    await disconnect(other);
    expect(counts[0] + counts[1] + (await clean())).toBe(16_000);
    expect((await query('select from member_leftovers')).rowCount).toBe(0);
  });

  it('does nothing on a read-only database', async () => {
    await deleteSegment({ id: await segmentOf(10) }, gateway.context());
    const url = readOnlyUrlOf(gateway.database.$client.options.connectionString ?? '');
    const other = connect({ url, poolSize: 4, observe: () => {} });
    expect(await cleanMembers(other)()).toBe(0);
    await disconnect(other);
  });
});

describe('A running gateway', () => {
  let stop = async () => {};
  afterAll(() => stop());

  it('cleans up what is left over, and logs it', async () => {
    const id = await segmentOf(3_000);
    await replace(gateway, id, 'a');
    const observed: object[] = [];
    const other = await secondGateway(gateway, { observe: (each) => observed.push(each) });
    stop = other.stop;
    await until(async () => (await storedRows(gateway, id)) === 1);
    await until(() => observed.some((each) => 'kind' in each && each.kind === 'members_cleaned'));
    expect(observed).toContainEqual({ kind: 'members_cleaned', members: 3_000, ms: expect.any(Number) });
  });
});
