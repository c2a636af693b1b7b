import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CreateSegment, UpdateSegment } from '../../src/segments/segment.ts';
import { draft } from '../harness.ts';

/** The issues of a text as a name and as criteria, for which the rule is the same. */
const issuesOf = (text: string) =>
  ['name', 'criteria'].map((property) => {
    const { error } = CreateSegment.safeParse(draft({ [property]: text }));
    return error?.issues.map(({ message }) => message) ?? [];
  });

describe('a text of invisible characters only is blank', () => {
  it.each(
    [
      ...[0x09, 0x0a, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2003, 0x2028, 0x202f, 0x205f, 0x3000], // spaces
      ...[0x01, 0x1b, 0x7f, 0x9f], // control characters
      ...[0x00ad, 0x034f, 0x061c, 0x200b, 0x200c, 0x200d, 0x2060, 0x2064, 0xfeff], // joiners and separators
      ...[0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069], // direction marks
      ...[0x115f, 0x1160, 0x3164, 0xffa0, 0x17b4, 0x180b, 0x180e, 0x2800, 0x1d159], // fillers
      ...[0xfe00, 0xfe0f, 0xe0100, 0xe01ef, 0xe0001, 0xe0041, 0xe007f], // variation selectors and tags
      ...[0xfff9, 0xfffb, 0x1d173, 0x13430, 0x1bca0], // annotations, music, hieroglyphs, shorthand
    ].map((code) => [`U+${code.toString(16).toUpperCase().padStart(4, '0')}`, String.fromCodePoint(code)]),
  )('%s', (_, character) => {
    expect(issuesOf(character.repeat(3))).toEqual([['must not be blank'], ['must not be blank']]);
    expect(issuesOf(`${character}x${character}`)).toEqual([[], []]);
    expect(UpdateSegment.safeParse({ id: 'x', name: character }).success).toBe(false);
    expect(CreateSegment.safeParse(draft({ description: character })).success).toBe(true);
  });

  it('however they are mixed', () => {
    const invisible = fc.constantFrom(
      ' ',
      '\u200b',
      '\u2800',
      '\u00ad',
      '\u3164',
      '\u{e0041}',
      '\u202e',
      '\u0001',
    );
    fc.assert(
      fc.property(fc.string({ unit: invisible, minLength: 1, maxLength: 255 }), (text) => {
        expect(issuesOf(text)).toEqual([['must not be blank'], ['must not be blank']]);
      }),
      { seed: 4_4 },
    );
  });
});

describe('one visible character is enough', () => {
  it.each([
    'x',
    '0',
    '.',
    '😀',
    '❤️',
    '\u0301',
    '\u0600',
    '\u06dd',
    '\u070f',
    '\u{110bd}',
    'ㅤa',
    '\ufffd',
    '\ue000',
  ])('%s', (text) => expect(issuesOf(text)).toEqual([[], []]));
});
