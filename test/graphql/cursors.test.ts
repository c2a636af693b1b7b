import { describe, expect, it } from 'vitest';
import { graphql } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();
const ID = 'xgQQXg3hrtjh7AvZ';
const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const QUERY = `query ($after: String, $field: SegmentOrderField!) {
  segments(after: $after, orderBy: { field: $field, direction: ASC }) { nodes { id } } }`;

const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String) {
  segments(first: $first, after: $after, last: $last, before: $before) { nodes { id } } }`;

describe('a cursor', () => {
  it.each([
    ['CREATED_AT', cursor('CREATED_AT', 'ASC', ID, null)],
    ['UPDATED_AT', cursor('UPDATED_AT', 'ASC', ID, '2026-11-23T00:00:00.000Z')],
    ['NAME', cursor('NAME', 'ASC', ID, 'High Spend Customers')],
  ])('marks a position in %s order even if no segment is there', async (field, after) => {
    expect((await graphql(gateway, QUERY, { after, field })).body).toEqual({
      data: { segments: { nodes: [] } },
    });
  });

  it.each([
    ['not a cursor', 'NAME', 'junk'],
    ['empty', 'NAME', ''],
    ['made for another field', 'NAME', cursor('CREATED_AT', 'ASC', ID, null)],
    ['made for another direction', 'NAME', cursor('NAME', 'DESC', ID, 'n')],
    ['without an id', 'NAME', cursor('NAME', 'ASC', 'no-id', 'n')],
    ['without a value', 'NAME', cursor('NAME', 'ASC', ID, null)],
    ['with an extra value', 'CREATED_AT', cursor('CREATED_AT', 'ASC', ID, 'n')],
    ['with U+0000', 'NAME', cursor('NAME', 'ASC', ID, 'a\u0000')],
    ['of an invalid time', 'UPDATED_AT', cursor('UPDATED_AT', 'ASC', ID, 'now')],
    ['of the year 0', 'UPDATED_AT', cursor('UPDATED_AT', 'ASC', ID, '0000-01-01T00:00:00Z')],
    ['of a name that is too long', 'NAME', cursor('NAME', 'ASC', ID, 'n'.repeat(5000))],
    ['a segment id, which only REST accepts', 'CREATED_AT', ID],
  ])('that is %s is refused, and the error names the argument', async (_, field, after) => {
    const { body } = await graphql(gateway, QUERY, { after, field });
    expect(body.errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', issues: [{ param: 'after' }] } },
    ]);
    expect(gateway.logged.filter(({ msg, requestId }) => msg === 'fault' && requestId)).toEqual([]);
  });
});

describe('the arguments of a page', () => {
  it.each([
    [{ first: 0 }, 'first', 'must be a whole number from 1 to 100, not 0'],
    [{ first: 101 }, 'first', 'must be a whole number from 1 to 100, not 101'],
    [{ last: -1 }, 'last', 'must be a whole number from 1 to 100, not -1'],
    [{ after: 'junk' }, 'after', 'is not a cursor of this list and order: "junk"'],
    [{ after: '' }, 'after', 'must not be empty: omit it or pass null if there is no cursor'],
    [{ before: '' }, 'before', 'must not be empty: omit it or pass null if there is no cursor'],
    [{ first: 1, last: 1, before: 'junk' }, 'before', 'is not a cursor of this list and order: "junk"'],
  ])('%j are refused, and the error says what is wrong', async (args, param, message) => {
    const { body } = await graphql(gateway, PAGE, args);
    expect(body.errors[0].extensions).toEqual({ code: 'INVALID_INPUT', issues: [{ param, message }] });
  });

  it.each([
    { first: 1, last: 1 },
    { first: 1, before: cursor('CREATED_AT', 'DESC', ID, null) },
    { after: cursor('CREATED_AT', 'DESC', ID, null), last: 1 },
    { after: cursor('CREATED_AT', 'DESC', ID, null), before: cursor('CREATED_AT', 'DESC', ID, null) },
  ])('%j can be combined, as the specification allows', async (args) => {
    expect((await graphql(gateway, PAGE, args)).body).toEqual({ data: { segments: { nodes: [] } } });
  });
});
