import { UNIQUE } from '../load/generator.ts';
import type { MemberData } from './sample.ts';
import { get, type MemberWorkload, nobody, nthOf } from './workload.ts';

const PATH = '/v1/customer-segments';
const ADDED = 100;

/** Customers that no other load has added. */
const newcomer = (nth: number | string) => `new-${Date.now().toString(36)}-${nth}-${UNIQUE}`;

/** The workloads over REST. The first one is what others are compared with. */
export function restWorkloads({ samples, largest }: MemberData): MemberWorkload[] {
  const face = 'rest';
  return [
    {
      samples,
      workload: {
        name: 'retrieve a segment',
        face,
        request: ({ ids }, nth) => get(`${PATH}/${nthOf(ids, nth)}`),
      },
    },
    {
      samples: [largest.sample],
      workload: {
        name: '10 members, deep',
        face,
        shows: 'customer_id',
        request: (_, nth) => get(pageAfter(largest.segmentId, nthOf(largest.middle.starts, nth).customerId)),
      },
    },
    {
      samples,
      workload: {
        name: '10 members, first page',
        face,
        shows: 'customer_id',
        request: ({ ids }, nth) => get(`${PATH}/${nthOf(ids, nth)}/members?limit=10`),
      },
    },
    {
      samples,
      workload: {
        name: 'one member, or none',
        face,
        shows: 'customer_id',
        misses: 0.5,
        request: (sample, nth) => {
          const { segmentId, customerId } = nthOf(sample.found, nth);
          return get(`${PATH}/${segmentId}/members/${nth % 2 === 0 ? customerId : nobody(nth)}`);
        },
      },
    },
    {
      samples,
      workload: {
        name: 'segments of a customer',
        face,
        request: ({ customers }, nth) => get(`/v1/customers/${nthOf(customers, nth)}/segments?limit=10`),
      },
    },
    {
      samples,
      writes: true,
      workload: {
        name: 'add a member',
        face,
        shows: '',
        request: ({ written }, nth) => ({
          method: 'PUT',
          path: `${PATH}/${nthOf(written, nth)}/members/${newcomer(nth)}`,
        }),
      },
    },
    {
      samples,
      writes: true,
      workload: {
        name: `add ${ADDED} members`,
        face,
        shows: 'added',
        request: ({ written }, nth) => ({
          method: 'POST',
          path: `${PATH}/${nthOf(written, nth)}/members`,
          body: { add: Array.from({ length: ADDED }, (_, i) => newcomer(`${nth}-${i}`)) },
        }),
      },
    },
  ];
}

const pageAfter = (segmentId: string, customerId: string) =>
  `${PATH}/${segmentId}/members?limit=10&starting_after=${customerId}`;

/** Requests that are sent one at a time, to see how long each takes. */
export function restLatencies({ largest, widest }: MemberData): MemberWorkload[] {
  const parts = [
    ['the beginning', largest.beginning],
    ['the middle', largest.middle],
    ['the end', largest.end],
  ] as const;
  const count = largest.members.toLocaleString('en');
  return [
    ...parts.map(
      ([where, { starts }]): MemberWorkload => ({
        samples: [largest.sample],
        workload: {
          name: `10 members at ${where} of ${count}`,
          face: 'rest',
          shows: 'customer_id',
          request: (_, nth) => get(pageAfter(largest.segmentId, nthOf(starts, nth).customerId)),
        },
      }),
    ),
    {
      samples: [widest.sample],
      workload: {
        name: `10 of the ${widest.segments.toLocaleString('en')} segments of a customer`,
        face: 'rest',
        request: () => get(`/v1/customers/${widest.customerId}/segments?limit=10`),
      },
    },
  ];
}
