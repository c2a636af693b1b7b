import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { representationOf } from '../../src/graphql/transport/representation.ts';
import { prefersGzip, remembered, weigh } from '../../src/http/accept.ts';

const JSON_TYPE = 'application/json';
const q = (header: string, offer = JSON_TYPE) => weigh(header, [offer])[0]?.q;

describe('a weighted list', () => {
  it.each([
    ['application/json', 1],
    ['Application/JSON ; Q=0.5', 0.5],
    ['application/json;q=0', 0],
    ['application/json;q=0.000, */*', 0],
    ['*/*;q=0.1, application/json;q=0.9', 0.9],
    ['application/json;q=0.3, */*', 0.3],
    ['application/*;q=0.2, */*;q=0.7', 0.2],
    ['application/json;q=0.2, application/json;q=0.7', 0.7],
    ['application/json;v=1;q=0.4;ext="a,b"', 0.4],
    ['application/json;charset=latin1, */*;q=0.6', 0.6],
    ['x/y;a=", application/json", */*;q=0.5', 0.5],
    ['x/y;a="\\", application/json', 0],
    [',, ,application/json;q=0.5, ,', 0.5],
    ['*;q=0.3', 0.3],
    ['app*/json, application', 0],
    ['', 0],
  ])('%s weighs application/json %d', (header, weight) => expect(q(header)).toBe(weight));

  it.each(['', 'x', '-0', '0.5.5', '7', 'NaN', '1e9'])(
    'takes a weight of %j for one, or for none given',
    (weight) => {
      expect(q(`application/json;q=${weight}`)).toBe(weight === '-0' ? 0 : 1);
    },
  );

  it('gives the weights that were written, in any order and case, whatever stands between', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.tuple(fc.constantFrom('a/b', 'a/c', 'b/c', 'gzip'), fc.integer({ min: 0, max: 1000 })),
          {
            selector: ([type]) => type,
          },
        ),
        fc.constantFrom(',', ' , ', ',,\t,'),
        fc.boolean(),
        (list, comma, isUpper) => {
          const header = list.map(([type, weight]) => `${type};q=${weight / 1000}`).join(comma);
          const weights = weigh(
            isUpper ? header.toUpperCase() : header,
            list.map(([type]) => type),
          );
          expect(weights.map((each) => each.q)).toEqual(list.map(([, weight]) => weight / 1000));
        },
      ),
      { numRuns: 500, seed: 9110 },
    ));

  it.each([
    ',',
    ' ',
    'a/b,',
    'a/b;q=0,',
    '*/*,',
    ';',
    '"',
    'a/b;"',
    'a/b;c="\\',
    'application/json;charset="',
    '=;',
    '\u00e9,',
  ])('of 16 KB of %j is read at once', (part) => {
    const header = part.repeat(16_384 / part.length);
    const milliseconds = Array.from({ length: 5 }, () => {
      const start = process.cpuUsage();
      representationOf(header);
      prefersGzip(header);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    });
    // The fastest of five, which takes 2 to 6 ms (2026-11-28): the others may include compilation and garbage collection.
    expect(Math.min(...milliseconds)).toBeLessThan(50);
  });

  it('is read once, where it comes again, and long ones are not kept', () => {
    let times = 0;
    const read = remembered((header) => ({ header, times: ++times }));
    expect([read('a').times, read('b').times, read('a').times]).toEqual([1, 2, 1]);
    const long = 'x'.repeat(16_000);
    expect([read(long).times, read(long).times]).toEqual([3, 4]);
  });
});
