import type { Sample } from './data.ts';

export type Face = 'rest' | 'graphql';

export interface Sent {
  method: string;
  path: string;
  body?: object;
}

export interface Workload<Of extends Sample = Sample> {
  name: string;
  face: Face;
  /** Returns the nth request of the load. */
  request(sample: Of, nth: number): Sent;
  /** Text that the answer to the first request contains. Defaults to `"id"`. */
  shows?: string;
  /** Share of the requests whose answer is 404. Defaults to 0. */
  misses?: number;
}

const PATH = '/v1/customer-segments';
const DRAFT = {
  name: 'High Spend Customers',
  criteria: 'Customers who spend more than $1000 per month',
  description: 'Customers who spend more than $1000 per month',
};
const FIELDS = 'id name criteria description createdAt updatedAt';
const idOf = ({ ids }: Sample, nth: number) => ids[nth % ids.length] ?? '';
const get = (path: string): Sent => ({ method: 'GET', path: PATH + path });
const query = (query: string, variables: object = {}): Sent => ({
  method: 'POST',
  path: '/graphql',
  body: { query, variables },
});

export const RETRIEVE = `query ($id: ID!) { segment(id: $id) { ${FIELDS} } }`;
export const LIST = `query ($first: Int) { segments(first: $first) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`;
/** For the gateway, whose mutations return a union. Those of the peers return the payload, on which the fragment works too. */
export const CREATE = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { ... on CreateSegmentPayload { segment { id name } } } }`;
const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Segment { ${FIELDS} } } }`;
const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Segment { ${FIELDS} } } }`;

const hundred = (sample: Sample) => Array.from({ length: 100 }, (_, i) => idOf(sample, i));
const aliases = (sample: Sample) =>
  Array.from({ length: 20 }, (_, i) => `a${i}: segment(id: "${idOf(sample, i)}") { ${FIELDS} }`).join(' ');

export const workloads: Workload[] = [
  { name: 'retrieve', face: 'rest', request: (sample, nth) => get(`/${idOf(sample, nth)}`) },
  { name: 'list 10', face: 'rest', request: () => get('?limit=10') },
  {
    name: 'list 10, deep',
    face: 'rest',
    request: (sample) => get(`?limit=10&starting_after=${idOf(sample, 0)}`),
  },
  {
    name: 'list by name',
    face: 'rest',
    request: (_, nth) => get(`?limit=10&name=Segment%20${(nth % 7) + 1}`),
  },
  { name: 'create', face: 'rest', request: () => ({ method: 'POST', path: PATH, body: DRAFT }) },
  {
    name: 'update',
    face: 'rest',
    request: (sample, nth) => ({
      method: 'PUT',
      path: `${PATH}/${idOf(sample, nth)}`,
      body: { name: `Renamed ${nth}` },
    }),
  },
  {
    name: 'mixed 90/10',
    face: 'rest',
    request: (sample, nth) =>
      nth % 10 === 0 ? { method: 'POST', path: PATH, body: DRAFT } : get(`/${idOf(sample, nth)}`),
  },
  { name: 'retrieve', face: 'graphql', request: (sample, nth) => query(RETRIEVE, { id: idOf(sample, nth) }) },
  { name: 'list 10', face: 'graphql', request: () => query(LIST, { first: 10 }) },
  { name: 'create', face: 'graphql', request: () => query(CREATE, { input: DRAFT }) },
  { name: '20 aliases', face: 'graphql', request: (sample) => query(`{ ${aliases(sample)} }`) },
  { name: 'nodes of 100', face: 'graphql', request: (sample) => query(NODES, { ids: hundred(sample) }) },
  {
    name: '_entities of 100',
    face: 'graphql',
    request: (sample) => query(ENTITIES, { r: hundred(sample).map((id) => ({ __typename: 'Segment', id })) }),
  },
];
