import { describe, expect, it } from 'vitest';
import { listEvents } from '../../src/events/resolvers.ts';
import {
  createSegment,
  deleteSegment,
  getSegment,
  listSegments,
  updateSegment,
} from '../../src/segments/resolvers.ts';
import { segmentIds } from '../../src/segments/segment-id.ts';
import { graphql } from '../client.ts';
import { draft, eventHead, origin, testGateway, type Who } from '../harness.ts';

const gateway = testGateway();
const MANY = 200;
const newSegment = segmentIds(Date.now);
/**
 * On a busy machine, a statement can take longer than it may, and its calls are then sent again in parts. So a test that counts
 * statements has a few attempts.
 */
const ATTEMPTS = { retry: 5 };

/** Returns how many statements were sent while `run` was pending. */
async function statementsOf(run: () => Promise<unknown>): Promise<number> {
  gateway.statements.length = 0;
  await run();
  return gateway.statements.length;
}

/** Makes many calls in one turn, alternating between two accounts. */
const atOnce = <Result>(run: (i: number, who: Who) => Promise<Result>) =>
  Promise.all(Array.from({ length: MANY }, (_, i) => run(i, i % 2 ? 'bob' : 'ada')));

/** The types of the events of one of Ada's segments. */
const typesOf = async (segmentId: string | undefined) => {
  const { events } = await listEvents.parse({ filter: { segmentId } }, gateway.context());
  return events.map(({ type }) => type);
};

const create = (who: Who = 'ada', name = 'n') => createSegment(draft({ name }), gateway.context(who));

describe('calls in one turn of the event loop', ATTEMPTS, () => {
  it('create segments in one statement, which also writes their events', async () => {
    const before = await eventHead(gateway, 'ada');
    expect(await statementsOf(() => atOnce((i, who) => create(who, `${i}`)))).toBe(1);
    expect(await eventHead(gateway, 'ada')).toBe(before + MANY / 2);
  });

  it('create segments of fifty accounts in one statement', async () => {
    const sent = await statementsOf(() =>
      atOnce((i) =>
        gateway.segments.create({ ...origin, ...newSegment(), ...draft(), accountId: `a${i % 50}` }),
      ),
    );
    expect(sent).toBe(1);
  });

  it('retrieve segments in one statement, each by its own key', async () => {
    const made = await atOnce((i, who) => create(who, `${i}`));
    const sent = await statementsOf(async () => {
      const got = await atOnce((i, who) => getSegment.parse({ id: made[i]?.id }, gateway.context(who)));
      expect(got).toMatchObject(made);
    });
    expect(sent).toBe(1);
  });

  it('list a hundred small pages per statement, whatever their size', async () => {
    await atOnce((_, who) => create(who));
    const sent = await statementsOf(() =>
      atOnce((i, who) => listSegments({ first: (i % 20) + 1 }, gateway.context(who))),
    );
    expect(sent).toBe(MANY / 100);
  });

  it('list four large pages per statement, and small ones in separate statements', async () => {
    const sent = await statementsOf(() =>
      // Only a few large ones: on a busy machine, a long queue of them would be refused.
      atOnce((i, who) => listSegments({ first: i < 8 ? 100 : 10 }, gateway.context(who))),
    );
    expect(sent).toBe(8 / 4 + MANY / 100);
  });

  it('update segments in one statement, which also writes their events', async () => {
    const made = await atOnce((_, who) => create(who));
    const sent = await statementsOf(async () => {
      const changed = await atOnce((i, who) =>
        updateSegment.parse({ id: made[i]?.id, name: `${i}` }, gateway.context(who)),
      );
      expect(changed.map(({ name }) => name)).toEqual(made.map((_, i) => `${i}`));
    });
    expect(sent).toBe(1);
    expect(await typesOf(made[0]?.id)).toEqual(['SEGMENT_CREATED', 'SEGMENT_UPDATED']);
  });

  it('delete segments in one statement, which also writes their events', async () => {
    const made = await atOnce((_, who) => create(who));
    const sent = await statementsOf(() =>
      atOnce((i, who) => deleteSegment.parse({ id: made[i]?.id }, gateway.context(who))),
    );
    expect(sent).toBe(1);
    expect(await typesOf(made[0]?.id)).toEqual(['SEGMENT_CREATED', 'SEGMENT_DELETED']);
  });
});

describe('changes to one segment in one turn', () => {
  it('are all kept', async () => {
    const { id } = await create();
    await Promise.all([
      updateSegment({ id, name: 'renamed' }, gateway.context()),
      updateSegment({ id, criteria: 'changed' }, gateway.context()),
    ]);
    expect(await getSegment({ id }, gateway.context())).toMatchObject({
      name: 'renamed',
      criteria: 'changed',
    });
  });

  it('are applied in the order of their calls', async () => {
    const { id } = await create();
    const names = ['first', 'second', 'third'];
    const changed = await Promise.all(names.map((name) => updateSegment({ id, name }, gateway.context())));
    expect(changed.map(({ name }) => name)).toEqual(names);
    expect(await getSegment({ id }, gateway.context())).toMatchObject({ name: 'third' });
  });
});

describe('a write that the database refuses', () => {
  it('fails alone, and the others in its batch succeed', async () => {
    const { id, createdAt } = await create();
    const fresh = newSegment();
    const [taken, made] = await Promise.allSettled([
      gateway.segments.create({ ...origin, accountId: 'ada', id, createdAt, ...draft() }),
      gateway.segments.create({ ...origin, accountId: 'ada', ...fresh, ...draft() }),
    ]);
    expect(taken).toMatchObject({ status: 'rejected', reason: { code: '23505' } });
    expect(made).toMatchObject({ status: 'fulfilled' });
    expect(await gateway.segments.get({ accountId: 'ada', id: fresh.id })).not.toBeNull();
  });
});

describe('a change that the database refuses', () => {
  it('neither prevents nor repeats an earlier change to the same segment in its batch', async () => {
    const { id } = await create();
    const [first, second] = await Promise.allSettled([
      gateway.segments.update({ ...origin, accountId: 'ada', id, name: 'first' }),
      gateway.segments.update({ ...origin, accountId: 'ada', id, name: 'a\u0000b' }), // a resolver would refuse it
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { name: 'first', version: 2 } });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: '22021' } });
    expect(await getSegment({ id }, gateway.context())).toMatchObject({ name: 'first', version: 2 });
  });
});

describe('GraphQL', ATTEMPTS, () => {
  it('resolves a hundred entities, one of them twice, in one statement', async () => {
    const made = await atOnce((_, who) => create(who));
    const mine = made.filter((_, i) => i % 2 === 0).map(({ id }) => id);
    const representations = [...mine, mine[0]].map((id) => ({ __typename: 'Segment', id }));
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Segment { id } } }';
    await graphql(gateway, '{ __typename }'); // so that the token is cached
    const sent = await statementsOf(async () => {
      const { body } = await graphql(gateway, query, { r: representations });
      expect(body.data._entities).toEqual(representations.map(({ id }) => ({ id })));
    });
    expect(sent).toBe(1);
  });

  it('resolves twenty aliases in one statement', async () => {
    const { id } = await create();
    const aliases = Array.from({ length: 20 }, (_, i) => `a${i}: segment(id: "${id}") { id }`).join('\n');
    expect(await statementsOf(() => graphql(gateway, `{ ${aliases} }`))).toBe(1);
  });

  it('counts only if totalCount is selected', async () => {
    expect(await statementsOf(() => graphql(gateway, '{ segments { nodes { id } } }'))).toBe(1);
    expect(await statementsOf(() => graphql(gateway, '{ segments { nodes { id } totalCount } }'))).toBe(2);
  });
});
