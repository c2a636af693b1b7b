import { describe, expect, it } from 'vitest';
import { customerIdsOf } from '../../src/members/member-event.ts';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { wholeLog as logOf } from '../events/whole-log.ts';
import { draft, testGateway, viewers, type Who } from '../harness.ts';
import { until } from '../until.ts';
import { doors } from './doors.ts';
import { placesOf, storedRows } from './stored.ts';
import { replace, uploadTo } from './upload.ts';

const gateway = testGateway();
const [resolver] = doors;
if (!resolver) throw new Error('There is no door.');
const door = resolver;

const newSegment = async (members: string[] = [], who: Who = 'ada'): Promise<string> => {
  const { id } = await createSegment(draft(), gateway.context(who));
  if (members.length > 0) await door.add(gateway, id, members, who);
  return id;
};
const membersOf = async (id: string, who: Who = 'ada'): Promise<string[]> => {
  const listed = await door.list(gateway, id, who);
  return Array.isArray(listed) ? listed : [listed.code];
};
const wholeLog = () => logOf(gateway.events, viewers.ada.accountId);
const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => `c${from + i}`);

describe('Replacing the members of a segment', () => {
  it('adds and removes what differs', async () => {
    const id = await newSegment(['a', 'b', 'c']);
    const { status, body } = await replace(gateway, id, 'd\nb\na\n');
    expect([status, body]).toEqual([200, { added: 1, removed: 1, unchanged: 2 }]);
    expect(await membersOf(id)).toEqual(['a', 'b', 'd']);
    expect(await door.has(gateway, id, 'c')).toBe(false);
  });

  it('leaves the places and times of those who stay', async () => {
    const id = await newSegment(['a', 'b', 'c']);
    const before = await placesOf(gateway, id);
    await replace(gateway, id, 'c\na\nx');
    const after = await placesOf(gateway, id);
    expect([after.get('a'), after.get('c')]).toEqual([before.get('a'), before.get('c')]);
    expect(after.get('x')?.place).toBeGreaterThan(before.get('c')?.place ?? 0);
  });

  it('works for a segment that has had no members', async () => {
    const id = await newSegment();
    expect((await replace(gateway, id, 'a\nb')).body).toEqual({ added: 2, removed: 0, unchanged: 0 });
    expect(await membersOf(id)).toEqual(['a', 'b']);
  });

  it('counts repeated lines once', async () => {
    const id = await newSegment(['a']);
    expect((await replace(gateway, id, 'b\na\nb\nb\na')).body).toEqual({
      added: 1,
      removed: 0,
      unchanged: 1,
    });
  });

  it('removes all members if the body is empty', async () => {
    const id = await newSegment(['a', 'b']);
    expect((await replace(gateway, id, '')).body).toEqual({ added: 0, removed: 2, unchanged: 0 });
    expect(await membersOf(id)).toEqual([]);
  });

  it('changes nothing and logs nothing if the members are the same', async () => {
    const id = await newSegment(['a', 'b']);
    const before = await wholeLog();
    expect((await replace(gateway, id, 'b\na')).body).toEqual({ added: 0, removed: 0, unchanged: 2 });
    expect(await wholeLog()).toEqual(before);
  });

  it('logs events of up to 1,000 customers, with the segment and in the order of the members', async () => {
    const id = await newSegment(ids(0, 1_000));
    const head = (await wholeLog()).length;
    await replace(gateway, id, ids(500, 3_000).join('\n'));
    const events = (await wholeLog()).slice(head);
    expect(events.map((event) => [event.type, customerIdsOf(event)?.length])).toEqual([
      ['SEGMENT_MEMBERS_ADDED', 1_000],
      ['SEGMENT_MEMBERS_ADDED', 1_000],
      ['SEGMENT_MEMBERS_ADDED', 500],
      ['SEGMENT_MEMBERS_REMOVED', 500],
    ]);
    expect(events.flatMap(customerIdsOf)).toEqual([...ids(1_000, 2_500), ...ids(0, 500)]);
    for (const event of events) {
      expect(event).toMatchObject({
        segmentId: id,
        version: 1,
        segment: { id, name: draft().name },
        actor: { id: expect.any(String) },
      });
    }
  });

  it('appends to the log without a gap', async () => {
    const log = await wholeLog();
    expect(log.map(({ n }) => n)).toEqual(log.map((_, i) => i + 1));
  });

  it('does not touch other segments, or the same customers of another account', async () => {
    const [id, other] = [await newSegment(['a']), await newSegment(['a', 'b'])];
    const ofBob = await newSegment(['a', 'b'], 'bob');
    await replace(gateway, id, 'b\nc');
    expect([await membersOf(other), await membersOf(ofBob, 'bob')]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(await door.has(gateway, ofBob, 'c', 'bob')).toBe(false);
  });
});

describe('Replacing members is refused', () => {
  it.each([
    ['of a segment that does not exist', async () => '0000000000000000'],
    ['of an id of another form', async () => 'x'],
    ['of the segment of another account', () => newSegment(['a'], 'bob')],
  ])('%s, before the body is sent', async (_, make) => {
    const id = await make();
    const upload = uploadTo(gateway, id, { headers: { expect: '100-continue' } });
    let isContinued = false;
    upload.request.on('continue', () => {
      isContinued = true;
    });
    const { status, body } = await upload.answer;
    expect([status, body.code, isContinued]).toEqual([404, 'NOT_FOUND', false]);
    expect(gateway.uploads.count()).toBe(0);
  });

  it('to a token without the scope', async () => {
    const id = await newSegment(['a']);
    expect((await replace(gateway, id, 'b', { as: 'writer' })).body.code).toBe('FORBIDDEN');
    expect(await membersOf(id)).toEqual(['a']);
  });

  it.each([
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain; charset=utf-16',
    'text/xml',
  ])('in %s', async (type) => {
    const id = await newSegment(['a']);
    const { status, headers } = await replace(gateway, id, 'b', { type });
    expect([status, headers.accept]).toEqual([415, 'text/plain, text/csv, application/x-ndjson']);
    expect(await membersOf(id)).toEqual(['a']);
  });

  it('if it is compressed', async () => {
    const id = await newSegment(['a']);
    expect((await replace(gateway, id, 'b', { headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
  });

  it.each([
    ['If-Match', '"1"'],
    ['If-None-Match', '*'],
  ])('with a precondition that fails: %s: %s', async (name, value) => {
    const id = await newSegment(['a']);
    expect((await replace(gateway, id, 'b', { headers: { [name]: value } })).status).toBe(412);
    expect(await membersOf(id)).toEqual(['a']);
  });

  it('with a parameter', async () => {
    const id = await newSegment(['a']);
    const { body } = await replace(gateway, `${id}/members?customers=1&x=`, 'b');
    expect(body.code).toBeDefined();
    expect(await membersOf(id)).toEqual(['a']);
  });

  it('if the account has two uploads in progress', async () => {
    const id = await newSegment(['a']);
    const uploads = [uploadTo(gateway, id), uploadTo(gateway, id)];
    await until(() => gateway.uploads.count() === 2);
    const { status, headers, body } = await replace(gateway, id, 'b');
    expect([status, body.code, headers['retry-after']]).toEqual([429, 'RATE_LIMITED', '5']);
    const ofBob = await newSegment([], 'bob');
    expect((await replace(gateway, ofBob, 'b', { as: 'bob' })).status).toBe(200);
    expect((await Promise.all(uploads.map((each) => each.end()))).map(({ status }) => status)).toEqual([
      200, 200,
    ]);
    expect(gateway.uploads.count()).toBe(0);
  });
});

describe('While the list arrives', () => {
  it('the request holds no place, and readers see the previous members', async () => {
    const id = await newSegment(['a', 'b']);
    const upload = uploadTo(gateway, id);
    await upload.send(`${ids(0, 12_000).join('\n')}\n`);
    await until(async () => (await storedRows(gateway, id)) > 5_000);
    expect(gateway.inFlight()).toBe(0);
    expect(await membersOf(id)).toEqual(['a', 'b']);
    expect(await door.has(gateway, id, 'c1')).toBe(false);
    await upload.send('b');
    expect((await upload.end()).body).toEqual({ added: 12_000, removed: 1, unchanged: 1 });
    expect((await membersOf(id)).slice(0, 3)).toEqual(['b', 'c0', 'c1']);
  });

  it('members who are added, removed and added again are treated as if that had happened before', async () => {
    const id = await newSegment(['a', 'b', 'c', 'd']);
    const upload = uploadTo(gateway, id);
    await upload.send(`a\nb\n${ids(0, 6_000).join('\n')}\n`);
    await until(async () => (await storedRows(gateway, id)) > 4_000);
    await door.remove(gateway, id, ['a', 'b']);
    await door.add(gateway, id, ['x', 'b', 'c5', 'y']);
    const before = await placesOf(gateway, id);
    await upload.send('x\n');
    expect((await upload.end()).body).toEqual({ added: 6_000, removed: 3, unchanged: 3 });
    const after = await placesOf(gateway, id);
    for (const each of ['x', 'b', 'c5']) expect(after.get(each), each).toEqual(before.get(each));
    expect((await membersOf(id)).slice(0, 4)).toEqual(['x', 'b', 'c5', 'c0']);
    expect(after.get('a')?.place).toBe(Math.max(...[...after.values()].map(({ place }) => place)));
    const events = (await wholeLog()).filter(({ segmentId }) => segmentId === id);
    expect(events.flatMap(customerIdsOf).at(-4)).toBe('a'); // the last one who was added; then those who were removed
  });

  it('another replacement is treated as if it had happened before', async () => {
    const id = await newSegment(['a']);
    const upload = uploadTo(gateway, id);
    await upload.send(`${ids(0, 6_000).join('\n')}\n`);
    await until(async () => (await storedRows(gateway, id)) > 4_000);
    expect((await replace(gateway, id, `x\n${ids(3_000, 6_000).join('\n')}`)).body).toEqual({
      added: 6_001,
      removed: 1,
      unchanged: 0,
    });
    const before = await placesOf(gateway, id);
    await upload.send(`${ids(0, 7_000).join('\n')}\n`);
    expect((await upload.end()).body).toEqual({ added: 3_000, removed: 2_001, unchanged: 4_000 });
    const after = await placesOf(gateway, id);
    for (const each of ids(3_000, 4_000)) expect(after.get(each), each).toEqual(before.get(each));
    expect((await membersOf(id))[0]).toBe('c3000');
    expect(after.size).toBe(7_000);
    expect(await gateway.members.count({ accountId: viewers.ada.accountId, id })).toBe(7_000);
  });

  it('the deletion of the segment ends it with 404', async () => {
    const id = await newSegment(['a']);
    const upload = uploadTo(gateway, id);
    await upload.send('b\n');
    await until(() => gateway.uploads.count() === 1);
    await deleteSegment({ id }, gateway.context());
    expect((await upload.end()).status).toBe(404);
    expect(gateway.uploads.count()).toBe(0);
  });
});
