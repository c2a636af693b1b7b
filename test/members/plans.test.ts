import { describe } from 'vitest';
import { addMembers, removeMembers } from '../../src/members/changes.ts';
import { cursorOf } from '../../src/members/member-list.ts';
import { countMembers, getMember, isInSegments, listMembers } from '../../src/members/resolvers.ts';
import { cleanMembers } from '../../src/members/store/clean.ts';
import { listSegments } from '../../src/segments/resolvers.ts';
import { testGateway, viewers, type Who } from '../harness.ts';
import { testPlans } from '../plan-tests.ts';
import type { Sent } from '../plans.ts';
import { countSegments } from '../segments/count.ts';
import { queryOf } from '../segments/exported.ts';

const gateway = testGateway();

interface Sizes {
  large: number;
  many: number;
}
type Spread = Record<string, Sizes> & { ada: Sizes; bob: Sizes };

/**
 * The first segment of an account has `large` members. The customer `popular` is the only member of `many` others. Each segment has
 * as many members of a generation that was replaced.
 */
const SPREADS: Record<string, Spread> = {
  'a large segment beside many small ones': {
    ada: { large: 20_000, many: 5_000 },
    bob: { large: 20, many: 10 },
  },
  'many small accounts': {
    ada: { large: 50, many: 20 },
    bob: { large: 50, many: 20 },
    ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`other${i}`, { large: 50, many: 20 }])),
  },
};

const idOf = (n: number) => `0Vbq${String(n).padStart(12, '0')}`;
const LARGE = idOf(0);
/** The generation of a replacement that is under way. */
const STAGED = 3;

const fill = (spread: Spread) => `
  create temp table wanted as select account_id, (sizes->>'large')::int as large, (sizes->>'many')::int as many
  from jsonb_each('${JSON.stringify(spread)}') as spread (account_id, sizes);
  insert into segments select account_id, '0Vbq' || lpad(g::text, 12, '0'), 'Segment', 'criteria', '', now(), now()
  from wanted, generate_series(0, many) g order by hashint4(g);
  insert into memberships select account_id, '0Vbq' || lpad(g::text, 12, '0'), 2, case g when 0 then large else 1 end, 2000000
  from wanted, generate_series(0, many) g order by hashint4(g);
  insert into members select account_id, '${LARGE}', generation, 'customer ' || g, 10 * g + generation, now()
  from wanted, generate_series(1, large) g, generate_series(1, 2) generation order by hashint4(g);
  insert into members select account_id, '0Vbq' || lpad(g::text, 12, '0'), generation, 'popular', 10 * g + generation, now()
  from wanted, generate_series(1, many) g, generate_series(1, 2) generation order by hashint4(g);
  insert into member_leftovers select account_id, '${LARGE}', 1 from wanted;
  insert into member_leftovers select account_id, '${LARGE}', ${STAGED}, now() + interval '1 hour' from wanted;
  drop table wanted;`;

async function sentBy(call: () => Promise<unknown>): Promise<{ text: string; values: unknown[] }> {
  gateway.statements.length = 0;
  await call().catch(() => null); // there is no such segment
  const [sent] = gateway.statements;
  if (!sent) throw new Error('Nothing was sent.');
  return sent;
}

async function statementsFor(who: Who, { large, many }: { large: number; many: number }): Promise<Sent[]> {
  const context = gateway.context(who);
  const sent: Sent[] = [];
  const add = async (
    title: string,
    maxRows: number,
    call: () => Promise<unknown>,
    options: Partial<Sent> = {},
  ) => sent.push({ title, maxRows, ...options, ...(await sentBy(call)) });
  const middle = cursorOf({ place: 10 * Math.ceil(large / 2) + 2 });
  const middleSegment = idOf(Math.ceil(many / 2));
  const page = 12; // eleven members and the membership

  await add('a page', page, () => listMembers({ segmentId: LARGE, first: 10 }, context));
  await add('the last page', page, () => listMembers({ segmentId: LARGE, last: 10 }, context));
  await add('a page in the middle', page, () =>
    listMembers({ segmentId: LARGE, first: 10, after: middle }, context),
  );
  await add('a large page', 102, () =>
    listMembers({ segmentId: LARGE, first: 100, before: middle }, context),
  );
  await add('a count', 1, () => countMembers({ segmentId: LARGE }, context));
  // The member of both generations, and the membership
  await add('a member', 3, () => getMember({ segmentId: LARGE, customerId: 'customer 7' }, context));
  await add('nobody', 0, () => getMember({ segmentId: LARGE, customerId: 'nobody' }, context));
  const segmentIds = Array.from({ length: 10 }, (_, i) => idOf(i + 1));
  await add(
    'a customer in ten segments',
    30,
    () => isInSegments({ customerId: 'popular', ids: segmentIds }, context),
    { blocksOfRow: 4 },
  );
  const customerIds = Array.from({ length: 10 }, (_, i) => `customer ${i + 1}`);
  // The segment, its membership twice (locked, changed), and each member that is removed twice (found, deleted)
  await add('adding members', 4, () => addMembers({ segmentId: LARGE, customerIds: ['new'] }, context));
  await add('removing members', 23, () => removeMembers({ segmentId: LARGE, customerIds }, context));

  const replacement = { accountId: viewers[who].accountId, id: LARGE, generation: STAGED, base: 3_000_000 };
  const part = { customerIds, firstLine: 1 };
  // The leftover twice (found, changed), the membership, and each member
  await add('staging members', 13, () => gateway.members.replacement.stage(replacement, part));
  // Of each of up to 100 generations: the leftover three times; of up to 2,000 members together: each twice (found, deleted)
  await add('cleaning', 4_300, () => cleanMembers(gateway.database)());

  for (const direction of ['ASC', 'DESC'] as const) {
    const orderBy = { field: 'CREATED_AT', direction } as const;
    const list = (title: string, maxRows: number, given: object, blocksOfRow = 4) =>
      add(`${title} ${direction}`, maxRows, () => listSegments({ first: 10, orderBy, ...given }, context), {
        blocksOfRow,
      });
    // Of each segment that is read: the members of both generations, the membership for each, and the segment itself
    await list('the segments of a customer', 5 * 11 + 1, { filter: { member: 'popular' } });
    await list('the segments of a customer from the middle', 5 * 11 + 1, {
      filter: { member: 'popular' },
      after: { id: middleSegment },
    });
    await list('the segments of a customer who has one', 5, { filter: { member: 'customer 7' } });
    await list('the segments of nobody', 0, { filter: { member: 'nobody' } });
  }
  await add(
    'a count of the segments of a customer',
    6,
    () => countSegments({ filter: { member: 'customer 7' } }, context),
    { blocksOfRow: 4 },
  );
  const exported = await queryOf({ member: 'popular' }, gateway, context);
  sent.push({
    title: 'an export of the segments of a customer',
    maxRows: 5 * many + 1,
    blocksOfRow: 4,
    ...exported,
  });
  return sent;
}

describe.each(Object.entries(SPREADS))('with %s', (_, spread) => {
  testPlans({
    tables: ['segments', 'members', 'memberships', 'member_leftovers'],
    fill: fill(spread),
    statements: async () => [
      ...(await statementsFor('ada', spread.ada)),
      ...(await statementsFor('bob', spread.bob)),
    ],
  });
});
