import type { MemberData } from './sample.ts';
import { customersOf, type MemberWorkload, nobody, nthOf, query } from './workload.ts';

const RETRIEVE = `query ($id: ID!) { segment(id: $id) { id name criteria description createdAt updatedAt } }`;
const PAGE = `query ($id: ID!, $after: String) {
  segment(id: $id) { id members(first: 10, after: $after) { nodes { customer { id } joinedAt } pageInfo { hasNextPage endCursor } } }
}`;
const HAS_MEMBER = `query ($id: ID!, $customer: ID!) { segment(id: $id) { id hasMember(customerId: $customer) } }`;
const ENTITIES = `query ($r: [_Any!]!, $first: Int) {
  _entities(representations: $r) { ... on Customer { id segments(first: $first) { nodes { id name } } } }
}`;
const IN_SEGMENTS = `query ($r: [_Any!]!, $ids: [ID!]!) {
  _entities(representations: $r) { ... on Customer { id inSegments(ids: $ids) } }
}`;

const face = 'graphql';
/** The gateway's limit on the cost of an operation does not allow ten segments for each of a thousand customers. */
const OF_A_THOUSAND = 8;

const represented = (customers: readonly string[]) => customers.map((id) => ({ __typename: 'Customer', id }));

/** The workloads over GraphQL. The first one is what others are compared with. */
export function graphqlWorkloads(data: MemberData): MemberWorkload[] {
  const { samples, largest } = data;
  return [
    {
      samples,
      workload: {
        name: 'retrieve a segment',
        face,
        request: ({ ids }, nth) => query(RETRIEVE, { id: nthOf(ids, nth) }),
      },
    },
    {
      samples: [largest.sample],
      workload: {
        name: '10 members, deep',
        face,
        request: (_, nth) =>
          query(PAGE, { id: largest.segmentId, after: nthOf(largest.middle.starts, nth).cursor }),
      },
    },
    {
      samples,
      workload: {
        name: 'has a member',
        face,
        request: (sample, nth) => {
          const { segmentId, customerId } = nthOf(sample.found, nth);
          return query(HAS_MEMBER, { id: segmentId, customer: nth % 2 === 0 ? customerId : nobody(nth) });
        },
      },
    },
    {
      samples,
      workload: {
        name: 'segments of 100 customers',
        face,
        request: (sample, nth) =>
          query(ENTITIES, { r: represented(customersOf(sample, nth * 100, 100)), first: 10 }),
      },
    },
    thousand(data),
    {
      samples,
      workload: {
        name: '100 customers in 10 segments',
        face,
        request: (sample, nth) =>
          query(IN_SEGMENTS, {
            r: represented(customersOf(sample, nth * 100, 100)),
            ids: Array.from({ length: 10 }, (_, i) => nthOf(sample.ids, nth + i * 7)),
          }),
      },
    },
  ];
}

/** Requests that are sent one at a time, to see how long each takes. */
export function graphqlLatencies(data: MemberData): MemberWorkload[] {
  const { largest } = data;
  const count = largest.members.toLocaleString('en');
  return [
    {
      samples: [largest.sample],
      workload: {
        name: `10 members at the end of ${count}`,
        face,
        request: (_, nth) =>
          query(PAGE, { id: largest.segmentId, after: nthOf(largest.end.starts, nth).cursor }),
      },
    },
    thousand(data),
  ];
}

const thousand = ({ samples }: MemberData): MemberWorkload => ({
  samples,
  workload: {
    name: 'segments of 1,000 customers',
    face,
    request: (sample) =>
      query(ENTITIES, { r: represented(customersOf(sample, 0, 1_000)), first: OF_A_THOUSAND }),
  },
});
