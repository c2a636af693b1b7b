import { Trace } from '@apollo/usage-reporting-protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const FTV1 = { headers: { 'apollo-federation-include-trace': 'ftv1' } };
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

beforeEach(() => {
  gateway.logged.length = 0;
});

describe('a trace that a router asks for', () => {
  it('has the duration of each field, and changes nothing else', async () => {
    const { body } = await graphql(gateway, '{ all: segments { totalCount } }', {}, FTV1);
    const { ftv1, ...others } = body.extensions;
    expect(others).toEqual({});
    expect(body.data).toEqual({ all: { totalCount: 0 } });
    const { root } = Trace.decode(Buffer.from(ftv1, 'base64'));
    expect(root?.child).toMatchObject([
      {
        responseName: 'all',
        originalFieldName: 'segments',
        type: 'SegmentConnection!',
        parentType: 'Query',
        child: [{ responseName: 'totalCount', type: 'Int!' }],
      },
    ]);
    expect(root?.child?.[0]?.endTime).toBeGreaterThan(0);
  });

  it("is an extension of the answer, as Apollo's compatibility suite expects", async () => {
    const { body } = await graphql(gateway, '{ __typename }', {}, FTV1);
    expect(body).toEqual({ data: { __typename: 'Query' }, extensions: { ftv1: expect.any(String) } });
  });

  it('has the same error messages as the answer', async () => {
    const { status, body } = await graphql(gateway, '{ segments { totalCount } }', {}, { ...FTV1, as: null });
    expect(status).toBe(401);
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const { root } = Trace.decode(Buffer.from(body.extensions.ftv1, 'base64'));
    expect(root?.child?.[0]?.error?.[0]?.message).toBe(body.errors[0].message);
  });

  it('of a thousand entities has each field of each one', async () => {
    const made = await graphql(
      gateway,
      `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { ... on CreateSegmentPayload { segment { id } } } }`,
      { input: draft() },
    );
    const { id } = made.body.data.createSegment.segment;
    const representations = Array.from({ length: 1_000 }, (_, i) => ({
      __typename: 'Segment',
      id: i === 500 ? 7 : id,
    }));
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Segment { __typename id name criteria description createdAt updatedAt version } } }`;
    const { status, body } = await graphql(gateway, query, { representations }, FTV1);
    expect(status).toBe(200);
    expect(body.errors).toMatchObject([{ path: ['_entities', 500] }]);
    expect(body.data._entities.filter((entity: object | null) => entity !== null)).toHaveLength(999);
    const { root } = Trace.decode(Buffer.from(body.extensions.ftv1, 'base64'));
    const entities = root?.child?.[0]?.child ?? [];
    expect(entities.filter(({ child }) => child?.length === 7)).toHaveLength(999);
    expect(root?.child?.[0]?.error).toMatchObject([{ message: body.errors[0].message }]);
  });

  it('is not made unless it is requested as ftv1', async () => {
    for (const asked of ['', 'ftv2']) {
      expect(
        (
          await graphql(
            gateway,
            '{ __typename }',
            {},
            { headers: { 'apollo-federation-include-trace': asked } },
          )
        ).body,
      ).toEqual({
        data: { __typename: 'Query' },
      });
    }
  });
});

describe('with INTROSPECTION=off,', () => {
  const closed = testGateway({ introspection: false });

  it.each([
    '{ segmens { totalCount } }',
    '{ segments(orderBy: { field: NAM, direction: ASC }) { totalCount } }',
  ])('a trace suggests no names for %s', async (query) => {
    const { body } = await graphql(closed, query, {}, FTV1);
    expect(body.errors).toHaveLength(1);
    const trace = Buffer.from(body.extensions.ftv1, 'base64');
    expect(Trace.decode(trace).root?.error).toMatchObject([{ message: body.errors[0].message }]);
    expect(trace.toString('latin1')).not.toMatch(/Did you mean|segments"|NAME/);
  });
});

describe('a trace that began elsewhere (W3C Trace Context)', () => {
  const traced = async (traceparent: string) => {
    await graphql(gateway, '{ __typename }', {}, { headers: { traceparent } });
    await rest(gateway, '', { headers: { traceparent } });
    await expect.poll(() => gateway.logged.length).toBe(2);
    return gateway.logged;
  };

  it('continues in the log, with a span for each request', async () => {
    const [one, other] = await traced(`00-${TRACE_ID}-${PARENT}-01`);
    for (const line of [one, other]) {
      expect(line).toMatchObject({
        traceId: TRACE_ID,
        parentSpanId: PARENT,
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
    }
    expect(one?.spanId).not.toBe(other?.spanId);
  });

  it('is read even if its version is newer', async () => {
    const [line] = await traced(`01-${TRACE_ID}-${PARENT}-01-what-comes`);
    expect(line).toMatchObject({ traceId: TRACE_ID });
  });

  it.each([
    'nonsense',
    `ff-${TRACE_ID}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE_ID}-${PARENT}-01-more`,
  ])('is ignored if the header is %s', async (traceparent) => {
    for (const line of await traced(traceparent)) expect(line).not.toHaveProperty('traceId');
  });
});
