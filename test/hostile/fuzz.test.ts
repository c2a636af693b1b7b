import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { graphql, rest } from '../client.ts';
import { testGateway } from '../harness.ts';
import { countSegments } from '../segments/count.ts';
import { received, sendRaw } from './socket.ts';

const gateway = testGateway();
/** Runs of each property. FUZZ_RUNS sets more for a long run. */
const RUNS = { numRuns: Number(process.env.FUZZ_RUNS ?? 300) };
const INTERNAL = /node_modules|\.ts:|at .*\(|unnest|drizzle|"stack"/i;

/** Number of acknowledged creations. */
let created = 0;

/** Random bytes, and valid bytes with random ones inserted. */
const bytes = (seeds: readonly string[]) =>
  fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }).map((array) => Buffer.from(array)),
    fc
      .tuple(fc.constantFrom(...seeds), fc.nat(200), fc.uint8Array({ maxLength: 20 }))
      .map(([seed, at, junk]) => {
        const text = Buffer.from(seed);
        const place = at % (text.length + 1);
        return Buffer.concat([text.subarray(0, place), Buffer.from(junk), text.subarray(place)]);
      }),
  );

/** Sends a body to a path, and expects a response that is not a server error and reveals nothing internal. */
async function expectHarmless(path: string, type: string, body: Buffer): Promise<void> {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    `Authorization: ${gateway.authorization('ada').authorization}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ];
  const answer = received(
    await sendRaw(gateway.url, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])),
  );
  expect(answer.status, answer.body).toBeGreaterThanOrEqual(200);
  expect(answer.status, answer.body).toBeLessThan(500);
  expect(answer.body).not.toMatch(INTERNAL);
  if (answer.status === 201) created += 1;
}

describe('any bytes', () => {
  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'sent to REST as %s cause no server error',
    (type) =>
      fc.assert(
        fc.asyncProperty(
          bytes([
            '{"name":"n","criteria":"c","description":"d"}',
            'name=n&criteria=c&description=d',
            '{"name":{"$gt":""}}',
          ]),
          (body) => expectHarmless('/v1/customer-segments', type, body),
        ),
        RUNS,
      ),
  );

  it('sent to GraphQL cause no server error', () =>
    fc.assert(
      fc.asyncProperty(
        bytes([
          '{"query":"{ segments(first: 1) { nodes { id } } }"}',
          '{"query":"query ($id: ID!) { segment(id: $id) { id } }","variables":{"id":"x"},"operationName":null}',
          '{"query":"mutation { deleteSegment(input: { id: \\"x\\" }) { __typename } }"}',
          '{"extensions":{"persistedQuery":{"sha256Hash":"x"}}}',
        ]),
        (body) => expectHarmless('/graphql', 'application/json', body),
      ),
      RUNS,
    ));

  it('sent as a raw request cause no server error', () =>
    fc.assert(
      fc.asyncProperty(
        bytes([
          'GET /v1/customer-segments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
          'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}',
        ]),
        async (request) => {
          // The gateway waits for the rest of an incomplete request up to its time limit, so this sends an end.
          const answer = await sendRaw(
            gateway.url,
            Buffer.concat([request, Buffer.from('\r\n\r\n\r\n \r\n\r\n')]),
            { patience: 300 },
          ).catch(() => '');
          expect(received(answer).status).toBeLessThan(500);
          expect(answer).not.toMatch(INTERNAL);
        },
      ),
      { numRuns: 60 },
    ));
});

/** Mostly texts of any characters, sometimes another JSON value. */
const value = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }) },
  fc.jsonValue(),
);

describe('any JSON', () => {
  it('as the variables of an operation causes no internal error', () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const query = `query ($id: ID!, $first: Int, $filter: SegmentFilter, $r: [_Any!]!) { segment(id: $id) { id }
          segments(first: $first, filter: $filter) { nodes { id } } _entities(representations: $r) { __typename } }`;
        const variables = {
          id: value,
          first: value,
          filter: value,
          r: Array.isArray(value) ? value : [value],
        };
        const { status, body } = await graphql(gateway, query, variables);
        expect(status).toBeLessThan(500);
        expect(JSON.stringify(body)).not.toMatch(/INTERNAL/);
      }),
      RUNS,
    ));

  it.each([
    ['as a segment', fc.dictionary(fc.string(), fc.jsonValue())],
    ['as the properties of a segment', fc.record({ name: value, criteria: value, description: value })],
  ])('%s is stored or refused', (_, bodies) =>
    fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const { status } = await rest(gateway, '', { method: 'POST', body });
        expect([201, 400]).toContain(status);
        if (status === 201) created += 1;
      }),
      RUNS,
    ),
  );
});

afterAll(async () => {
  const faults = gateway.logged.filter(({ msg, requestId }) => msg === 'fault' && requestId);
  expect(faults, 'logged faults').toEqual([]);
  expect(created, 'acknowledged creations').toBeGreaterThan(0);
  expect(await countSegments({}, gateway.context()), 'exactly the acknowledged creations are stored').toBe(
    created,
  );
});
