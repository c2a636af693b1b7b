import type { Asked } from '../load/generator.ts';
import { CREATE } from '../workloads.ts';

type Headers = Record<string, string>;

/** The requests of a client that follows events, and of one that causes them. */
export interface Api {
  /** Follows events, from the next one or after a cursor. */
  follow(headers: Headers, after?: string): Asked;
  create(headers: Headers, name: string): Asked;
}

const draft = (name: string) => ({
  name,
  criteria: 'Customers who spend more than $1000 per month',
  description: 'Customers who spend more than $1000 per month',
});
const json = (headers: Headers): Headers => ({ ...headers, 'content-type': 'application/json' });

export const rest: Api = {
  follow: (headers, after) => ({
    method: 'GET',
    path: after === undefined ? '/v1/events' : `/v1/events?after=${after}`,
    headers: { ...headers, accept: 'text/event-stream' },
  }),
  create: (headers, name) => ({
    method: 'POST',
    path: '/v1/customer-segments',
    headers: json(headers),
    body: JSON.stringify(draft(name)),
  }),
};

/** GraphQL over Server-Sent Events, with one of the subscriptions below. */
export const graphql = (subscription: string): Api => ({
  follow: (headers, after) => ({
    method: 'POST',
    path: '/graphql',
    headers: { ...json(headers), accept: 'text/event-stream' },
    body: JSON.stringify({ query: subscription, variables: { after } }),
  }),
  create: (headers, name) => ({
    method: 'POST',
    path: '/graphql',
    headers: json(headers),
    body: JSON.stringify({ query: CREATE, variables: { input: draft(name) } }),
  }),
});

const FIELDS = 'type segmentId segment { name criteria description }';
/** Works on the gateway and on its peers. */
export const FOLLOW = `subscription { segmentEvents { ${FIELDS} } }`;
/** Continues after a cursor, which peers do not have. */
export const RESUME = `subscription ($after: String) { segmentEvents(after: $after) { cursor ${FIELDS} } }`;
