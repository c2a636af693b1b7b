import { InvalidInput, type Issue } from '../../src/errors/invalid-input.ts';
import { Refusal } from '../../src/errors/refusals.ts';
import * as changes from '../../src/members/changes.ts';
import * as resolvers from '../../src/members/resolvers.ts';
import { type Answered, graphql, type Json, rest } from '../client.ts';
import type { TestGateway, Who } from '../harness.ts';

/** How many customers a change added or removed, and how many it left as they were. */
interface Counts {
  changed: number;
  unchanged: number;
}
type Refused = { code: string; issues?: Issue[] };
type Change = (
  gateway: TestGateway,
  segmentId: string,
  customerIds: unknown[],
  as?: Who,
) => Promise<Counts | Refused>;

/** The operations on members through the resolvers, REST or GraphQL. */
export interface Door {
  name: string;
  add: Change;
  remove: Change;
  /** Returns the ids of the first members, in their order. */
  list(gateway: TestGateway, segmentId: string, as?: Who): Promise<string[] | Refused>;
  has(gateway: TestGateway, segmentId: string, customerId: string, as?: Who): Promise<boolean | Refused>;
}

async function outcome<Result>(run: () => Promise<Result>): Promise<Result | Refused> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InvalidInput) return { code: error.code, issues: [...error.issues] };
    if (error instanceof Refusal) return { code: error.code };
    throw error;
  }
}

const countsOf = ({ change, added, removed }: changes.Result): Counts => ({
  changed: added + removed,
  unchanged: change.add.length + change.remove.length - added - removed,
});

const throughResolver: Door = {
  name: 'the resolver',
  add: (gateway, segmentId, customerIds, as) =>
    outcome(async () =>
      countsOf(await changes.addMembers.parse({ segmentId, customerIds }, gateway.context(as))),
    ),
  remove: (gateway, segmentId, customerIds, as) =>
    outcome(async () =>
      countsOf(await changes.removeMembers.parse({ segmentId, customerIds }, gateway.context(as))),
    ),
  list: (gateway, segmentId, as) =>
    outcome(async () => {
      const { members } = await resolvers.listMembers({ segmentId, first: 100 }, gateway.context(as));
      return members.map(({ customerId }) => customerId);
    }),
  has: (gateway, segmentId, customerId, as) =>
    outcome(async () => (await resolvers.getMember({ segmentId, customerId }, gateway.context(as))) !== null),
};

const throughRest: Door = {
  name: 'REST',
  add: async (gateway, id, add, as = 'ada') => {
    const answer = await rest(gateway, `/${id}/members`, { method: 'POST', body: { add }, as });
    return refusedByRest(answer) ?? { changed: answer.body.added, unchanged: answer.body.already_members };
  },
  remove: async (gateway, id, remove, as = 'ada') => {
    const answer = await rest(gateway, `/${id}/members`, { method: 'POST', body: { remove }, as });
    return refusedByRest(answer) ?? { changed: answer.body.removed, unchanged: answer.body.not_members };
  },
  list: async (gateway, id, as = 'ada') => {
    const answer = await rest(gateway, `/${id}/members?limit=100`, { as });
    return refusedByRest(answer) ?? answer.body.data.map((member: Json) => member.customer_id);
  },
  has: async (gateway, id, customerId, as = 'ada') => {
    const answer = await rest(gateway, `/${id}/members/${encodeURIComponent(customerId)}`, { as });
    if (answer.status === 404) return false;
    return refusedByRest(answer) ?? answer.body.customer_id === customerId;
  },
};

/** REST names the customers after what is done with them. */
function refusedByRest({ status, body }: Answered): Refused | null {
  if (status < 300) return null;
  const issues = body.errors?.map(({ param, message }: Issue) => ({
    param: param.replace(/^(add|remove)/, 'customerIds'),
    message: message.replace('and `remove` must have 1 to 1,000 ids together', 'must have 1 to 1,000 ids'),
  }));
  return { code: body.code, ...(issues && { issues }) };
}

const throughGraphql: Door = {
  name: 'GraphQL',
  add: (gateway, segmentId, customerIds, as) =>
    mutate(gateway, 'add', 'changed: added unchanged: alreadyMembers', { segmentId, customerIds }, as),
  remove: (gateway, segmentId, customerIds, as) =>
    mutate(gateway, 'remove', 'changed: removed unchanged: notMembers', { segmentId, customerIds }, as),
  list: async (gateway, id, as) => {
    const query =
      'query ($id: ID!) { segment(id: $id) { members(first: 100) { nodes { customer { id } } } } }';
    const { body } = await graphql(gateway, query, { id }, { as });
    return (
      refusedByGraphql(body) ??
      body.data.segment?.members.nodes.map(({ customer }: Json) => customer.id) ??
      []
    );
  },
  has: async (gateway, id, customerId, as) => {
    const query =
      'query ($id: ID!, $customerId: ID!) { segment(id: $id) { hasMember(customerId: $customerId) } }';
    const { body } = await graphql(gateway, query, { id, customerId }, { as });
    return refusedByGraphql(body) ?? body.data.segment?.hasMember ?? false;
  },
};

async function mutate(gateway: TestGateway, verb: string, counts: string, input: object, as?: Who) {
  const Field = `${verb === 'add' ? 'Add' : 'Remove'}SegmentMembers`;
  const query = `mutation ($input: ${Field}Input!) { outcome: ${verb}SegmentMembers(input: $input) {
    __typename ... on ${Field}Payload { ${counts} } ... on SegmentInvalidInput { issues { param message } } } }`;
  const { body } = await graphql(gateway, query, { input }, { as });
  const refused = refusedByGraphql(body);
  if (refused) return refused;
  const { __typename, issues, ...result } = body.data.outcome;
  if (issues) return { code: 'INVALID_INPUT', issues };
  return __typename === 'SegmentNotFound' ? { code: 'NOT_FOUND' } : result;
}

const refusedByGraphql = ({ errors }: Json): Refused | null =>
  errors ? { code: errors[0].extensions.code } : null;

export const doors: Door[] = [throughResolver, throughRest, throughGraphql];
