import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { graphql } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const ENTITIES = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Segment { id name } } }';
const MISSING = '0000000000000000';
let one: Segment;
let other: Segment;

beforeAll(async () => {
  one = await createSegment(draft({ name: 'one' }), gateway.context());
  other = await createSegment(draft({ name: 'other' }), gateway.context());
});

const of = (id: unknown) => ({ __typename: 'Segment', id });
const shown = ({ id, name }: Segment) => ({ id, name });
const entities = async (representations: unknown[]) =>
  (await graphql(gateway, ENTITIES, { r: representations })).body;

// The first two times, graphql-js executes the document. The third time, its plan is executed.
describe.each(['first', 'second', 'third'])('_entities, the %s time', () => {
  it('returns each entity in the place of its representation, or null if there is none', async () => {
    const { data } = await entities([of(other.id), of(MISSING), of(one.id), of('of another form')]);
    expect(data).toEqual({ _entities: [shown(other), null, shown(one), null] });
  });

  it('returns an entity as often as it is requested', async () => {
    const { data } = await entities([of(one.id), of(one.id), of(other.id), of(one.id)]);
    expect(data).toEqual({ _entities: [one, one, other, one].map(shown) });
  });

  it('ignores what else a router knows about an entity', async () => {
    const { data, errors } = await entities([{ ...of(one.id), name: 'what the router took it for' }]);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ _entities: [shown(one)] });
  });

  it('fails only for a representation of an unknown type, and names the known one', async () => {
    const { data, errors } = await entities([of(one.id), { __typename: 'Order', id: one.id }, of(other.id)]);
    expect(data).toEqual({ _entities: [shown(one), null, shown(other)] });
    const message = 'must be "Segment" or "Customer", not "Order"';
    expect(errors).toMatchObject([
      {
        path: ['_entities', 1],
        message: `representations.1.__typename: ${message}.`,
        extensions: { code: 'INVALID_INPUT', issues: [{ param: 'representations.1.__typename', message }] },
      },
    ]);
  });

  it.each([
    ['has a number as its id', of(7)],
    ['has no id', of(undefined)],
    ['has an object as its id', of({ id: 'x' })],
    ['is a string', 'Segment'],
    ['is a list', []],
    ['has a type named like a property of every object', { __typename: 'toString', id: 'x' }],
  ])('fails only for a representation that %s', async (_, junk) => {
    const { data, errors } = await entities([of(one.id), junk, of(other.id)]);
    expect(data).toEqual({ _entities: [shown(one), null, shown(other)] });
    expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'INVALID_INPUT' } }]);
  });
});

describe('_entities', () => {
  it('sends one statement for a thousand representations', async () => {
    gateway.statements.length = 0;
    const { data } = await entities(Array.from({ length: 1000 }, (_, i) => of(i % 2 ? one.id : other.id)));
    expect(data._entities).toHaveLength(1000);
    expect(gateway.statements).toHaveLength(1);
  });

  it('fails as a whole if more than ten are wrong, with an issue for each', async () => {
    const { data, errors } = await entities(Array.from({ length: 11 }, () => ({ __typename: 'Other' })));
    expect([data, errors.length, errors[0].extensions.issues.length]).toEqual([null, 1, 11]);
  });

  it('refuses more than a thousand', async () => {
    const { data, errors } = await entities(Array.from({ length: 1001 }, () => of(one.id)));
    expect(data).toBeNull();
    expect(errors[0].message).toBe('representations: must have at most 1,000 elements, not 1,001.');
  });
});
