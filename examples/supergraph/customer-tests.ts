import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { CountedSupergraph } from './counted-supergraph.ts';
import { ask, CROSSING } from './supergraph.ts';

const SPENDERS = 'High Spend Customers';
const NEWCOMERS = 'New Customers';
const CREATE = `mutation {
  createSegment(input: { name: "n", criteria: "c", description: "d" }) { ... on CreateSegmentPayload { segment { id } } }
}`;

type Headers = Record<string, string>;

/** Tests, for any router, of what the two subgraphs know about customers and segments together. */
export function testCustomers(graphOf: () => CountedSupergraph): void {
  let ids: CountedSupergraph['ids'];
  let other: Headers;
  let reader: Headers;
  before(async () => {
    const { headers, tokenOf } = graphOf().segments;
    ({ ids } = graphOf());
    other = { ...headers, authorization: `Bearer ${await tokenOf('other')}` };
    reader = { ...headers, authorization: `Bearer ${await tokenOf('default', 'segments:read')}` };
  });

  /** Sends an operation to the router. Returns its answer, and the subgraphs that it asked. */
  const send = async (operation: string, headers: Headers = graphOf().segments.headers) => {
    const { url, requests } = graphOf();
    requests.length = 0;
    return { ...(await ask(url, operation, headers)), requests: [...requests] };
  };
  const nodes = (...names: (string | null)[]) => ({ nodes: names.map((name) => ({ name })) });
  const members = (...names: (string | null)[]) => ({ nodes: names.map((name) => ({ customer: { name } })) });

  describe('customers and segments', () => {
    it('knows the segments of a customer', async () => {
      const isIn = `inSegments(ids: ["${ids.spenders}", "${ids.newcomers}"])`;
      assert.deepEqual(await send(`{ customer(id: "c1") { name segments { nodes { name } } ${isIn} } }`), {
        data: { customer: { name: 'Ada', segments: nodes(SPENDERS), inSegments: [true, false] } },
        requests: ['customers', 'segments'],
      });
    });

    it('knows the names of the members of a segment', async () => {
      const fields = 'memberCount members { nodes { customer { name } } }';
      assert.deepEqual(await send(`{ segment(id: "${ids.spenders}") { name ${fields} } }`), {
        data: { segment: { name: SPENDERS, memberCount: 3, members: members('Ada', 'Grace', 'Edsger') } },
        requests: ['segments', 'customers'],
      });
    });

    it('answers a query that crosses to the other subgraph and back', async () => {
      assert.deepEqual(await send(CROSSING), {
        data: {
          customer: {
            name: 'Edsger',
            segments: {
              nodes: [
                { name: NEWCOMERS, members: members('Edsger', 'Barbara') },
                { name: SPENDERS, members: members('Ada', 'Grace') },
              ],
            },
          },
        },
        requests: ['customers', 'segments', 'customers'],
      });
    });

    it('gets a field that the other subgraph adds to segments', async () => {
      assert.deepEqual(await send('{ segments(first: 2) { nodes { name accountManager } } }'), {
        data: {
          segments: {
            nodes: [
              { name: NEWCOMERS, accountManager: null },
              { name: SPENDERS, accountManager: 'Alan' },
            ],
          },
        },
        requests: ['segments', 'customers'],
      });
    });

    it('sends one request for each step, however many entities it has', async () => {
      const { data, requests } = await send('{ customers { nodes { name segments { nodes { name } } } } }');
      assert.deepEqual(requests, ['customers', 'segments']);
      assert.deepEqual(data, {
        customers: {
          nodes: [
            { name: 'Ada', segments: nodes(SPENDERS) },
            { name: 'Grace', segments: nodes(SPENDERS) },
            { name: 'Edsger', segments: nodes(NEWCOMERS, SPENDERS) },
            { name: 'Barbara', segments: nodes(NEWCOMERS) },
            { name: 'Donald', segments: nodes() },
          ],
        },
      });
    });

    it('adds members through the router, also those whom the other subgraph does not know', async () => {
      const created = await send(CREATE, other);
      const { id } = (created.data as { createSegment: { segment: { id: string } } }).createSegment.segment;
      const strangers = Array.from({ length: 98 }, (_, i) => `stranger ${i}`);
      const input = `{ segmentId: "${id}", customerIds: ${JSON.stringify(['c1', ...strangers, 'c2'])} }`;
      const segment = 'segment { memberCount members(first: 100) { nodes { customer { name } } } }';
      const operation = `mutation { addSegmentMembers(input: ${input}) {
        ... on AddSegmentMembersPayload { added ${segment} }
      } }`;
      const names = ['Ada', ...strangers.map(() => null), 'Grace'];
      assert.deepEqual(await send(operation, other), {
        data: {
          addSegmentMembers: { added: 100, segment: { memberCount: 100, members: members(...names) } },
        },
        requests: ['segments', 'customers'],
      });
    });
  });

  describe('the token of a client', () => {
    it('of another account sees no segments of the same customer', async () => {
      const isIn = `inSegments(ids: ["${ids.spenders}"])`;
      const segment = `segment(id: "${ids.spenders}") { members { nodes { customer { name } } } }`;
      const query = `{ customer(id: "c3") { name segments { nodes { name } } ${isIn} } ${segment} }`;
      const { data, errors } = await send(query, other);
      assert.equal(errors, undefined);
      assert.deepEqual(data, {
        customer: { name: 'Edsger', segments: nodes(), inSegments: [false] },
        segment: null,
      });
    });

    it('without members:read gets FORBIDDEN for what needs it, and the rest', async () => {
      const allowed = 'segments(first: 1) { nodes { name accountManager } }';
      const rest = { segments: { nodes: [{ name: NEWCOMERS, accountManager: null }] } };
      // The fields of a customer are nullable. Those of a segment are not, so the nearest object is null.
      const refused: [string, string, object | null][] = [
        [
          'customer',
          'customer(id: "c1") { name segments { nodes { name } } }',
          { name: 'Ada', segments: null },
        ],
        [
          'customer',
          `customer(id: "c1") { name inSegments(ids: ["${ids.spenders}"]) }`,
          { name: 'Ada', inSegments: null },
        ],
        ['segment', `segment(id: "${ids.spenders}") { name members { nodes { customer { name } } } }`, null],
        ['segment', `segment(id: "${ids.spenders}") { name memberCount }`, null],
      ];
      for (const [field, selection, expected] of refused) {
        const { data, errors = [] } = await send(`{ ${selection} ${allowed} }`, reader);
        assert.deepEqual(data, { [field]: expected, ...rest });
        assert.deepEqual(
          errors.map(({ extensions }) => extensions?.code),
          ['FORBIDDEN'],
        );
      }
    });
  });
}
