import { describe, expect, it } from 'vitest';
import { readRfc3339 } from '../../src/values/rfc-3339.ts';
import { graphql } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

describe('a DateTime', () => {
  it.each([
    ['2011-08-30T13:22:53.108Z', '2011-08-30T13:22:53.108Z'],
    ['2011-08-30t13:22:53.108z', '2011-08-30T13:22:53.108Z'],
    ['2011-08-30T13:22:53.108-03:00', '2011-08-30T16:22:53.108Z'],
    ['2011-08-30T13:22:53.108+03:30', '2011-08-30T09:52:53.108Z'],
    ['2011-08-30T13:22:53Z', '2011-08-30T13:22:53.000Z'],
    ['2011-08-30T13:22:53.1Z', '2011-08-30T13:22:53.100Z'],
    ['2011-08-30T13:22:53.108000000000Z', '2011-08-30T13:22:53.108Z'],
    ['2011-08-30T13:22:53.108-00:00', '2011-08-30T13:22:53.108Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T15:59:60.5-08:00', '2017-01-01T00:00:00.500Z'],
    ['2015-06-30T23:59:60.000z', '2015-07-01T00:00:00.000Z'],
  ])('%s is read as %s', (text, moment) => expect(readRfc3339(text)).toEqual(new Date(moment)));

  it.each([
    ['2011-08-30T13:22:53.1080000001Z', '2011-08-30T13:22:53.108Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
  ])('%s is read as a time between two milliseconds', (text, after) =>
    expect(readRfc3339(text)).toEqual({ after: new Date(after) }),
  );

  it.each([
    '2011-08-30T24:00:00.000Z',
    '2011-08-30T13:22:53.108',
    '2011-08-30',
    '2011-08-30T13:22Z',
    '2011-08-30T13:22:53.Z',
    '2011-08-30T13:22:53,1Z',
    '2011-08-30 13:22:53Z',
    '2011-08-30T13:22:53.108+03:30:15',
    '2011-08-30T13:22:53.108+24:00',
    '2011-08-30T13:60:53Z',
    '2011-08-30T13:22:61Z',
    '2011-08-30T23:59:60Z',
    '2016-12-31T23:59:60+01:00',
    '2016-12-31T22:59:60Z',
    '2011-02-29T00:00:00Z',
    '2011-04-31T00:00:00Z',
    '2011-00-10T00:00:00Z',
    '2011-13-10T00:00:00Z',
    '+002011-08-30T13:22:53Z',
    '2011-08-30T13:22:53Z\n',
    ' 2011-08-30T13:22:53Z',
    '２011-08-30T13:22:53Z',
    '',
  ])('%j is invalid', (text) => expect(readRfc3339(text)).toBeNull());

  it.each([['2011-08-30'], [0], [true], [['2011-08-30T13:22:53Z']]])('%j is not accepted', async (at) => {
    const query = 'query ($at: DateTime) { segments(filter: { createdAt: { gte: $at } }) { nodes { id } } }';
    const { body } = await graphql(gateway, query, { at });
    expect(body.errors[0].message).toContain('A DateTime must have a date, a time and an offset');
  });

  it('in a year that cannot be stored is refused with an error that names the argument', async () => {
    const query = '{ segments(filter: { createdAt: { gte: "0000-12-31T23:59:59Z" } }) { nodes { id } } }';
    const { body } = await graphql(gateway, query);
    expect(body.errors[0].extensions.issues).toEqual([
      {
        param: 'filter.createdAt.gte',
        message: 'must be a time in the years 1 to 9999, not "0000-12-31T23:59:59.000Z"',
      },
    ]);
  });
});
