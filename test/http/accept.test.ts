import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { representationOf } from '../../src/graphql/transport/representation.ts';
import { prefersGzip, remembered, weigh } from '../../src/http/accept.ts';

const JSON_TYPE = 'application/json';
const q = (header: string, offer = JSON_TYPE) => weigh(header, [offer])[0]?.q;

describe('a header of weighted values', () => {
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
  ])('%j gives application/json the weight %d', (header, weight) => expect(q(header)).toBe(weight));

  it.each(['', 'x', '-0', '0.5.5', '7', 'NaN', '1e9'])(
    'reads the malformed weight %j as 1, but -0 as 0',
    (weight) => {
      expect(q(`application/json;q=${weight}`)).toBe(weight === '-0' ? 0 : 1);
    },
  );

  it('is parsed into its weights, in any order, case and spacing', () =>
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
        (weighted, comma, isUpperCase) => {
          const header = weighted.map(([type, weight]) => `${type};q=${weight / 1000}`).join(comma);
          const weights = weigh(
            isUpperCase ? header.toUpperCase() : header,
            weighted.map(([type]) => type),
          );
          expect(weights.map((each) => each.q)).toEqual(weighted.map(([, weight]) => weight / 1000));
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
  ])('of 16 KB of %j is parsed within 50 ms', (unit) => {
    const header = unit.repeat(16_384 / unit.length);
    const milliseconds = Array.from({ length: 5 }, () => {
      const start = process.cpuUsage();
      representationOf(header);
      prefersGzip(header);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    });
    // The fastest of five took 2 to 6 ms (2026-11-28). The others may include compilation and garbage collection.
    expect(Math.min(...milliseconds)).toBeLessThan(50);
  });

  it('is only parsed once if it is repeated, but a long one is parsed each time', () => {
    let times = 0;
    const read = remembered((header) => ({ header, times: ++times }));
    expect([read('a').times, read('b').times, read('a').times]).toEqual([1, 2, 1]);
    const long = 'x'.repeat(16_000);
    expect([read(long).times, read(long).times]).toEqual([3, 4]);
  });
});
