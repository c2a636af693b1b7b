import type { HostileInput } from './time-inputs.ts';

const MIB = 1024 * 1024;
const ROOM = 1_000; // for the rest of the body

const CREATE = 'mutation ($input: CreateSegmentsInput!) { createSegments(input: $input) { __typename } }';
const NUMBER = 'query ($n: Int) { segments(first: $n) { totalCount } }';
const ORDER = 'query ($o: SegmentOrder) { segments(orderBy: $o) { totalCount } }';

const entries = (entry: (i: number) => object) => ({
  input: { segments: Array.from({ length: 1_000 }, (_, i) => entry(i)) },
});
const draftOf = (text: string) => ({ name: text, criteria: 'c', description: '' });
const bodyOf = (query: string, variables: object) => JSON.stringify({ query, variables });

const BODIES: [name: string, body: string][] = [
  ['brackets', '['.repeat(MIB)],
  ['braces', '{"a":'.repeat(MIB / 5)],
  ['strings', `[${'"",'.repeat(MIB / 3 - 2)}""]`],
  ['a string that does not end', `"${'x'.repeat(MIB - 1)}`],
  ['backslashes', `"${'\\'.repeat(MIB - 2)}"`],
  ['escapes', `{"query":"{ __typename }","variables":{"x":"${'\\u0001'.repeat((MIB - ROOM) / 6)}"}}`],
  ['digits', `{"query":"{ __typename }","variables":{"x":${'1'.repeat(MIB - ROOM)}}}`],
  ['a long name', `{"query":"{ __typename }","variables":{"${'x'.repeat(MIB - ROOM)}":1}}`],
  [
    'properties',
    bodyOf(
      '{ __typename }',
      Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`variable ${i}`, i])),
    ),
  ],
  ['a text for a number', bodyOf(NUMBER, { n: '1'.repeat(MIB - ROOM) })],
  [
    'a text for an enum value',
    bodyOf(ORDER, { o: { field: 'NAME'.repeat(MIB / 4 - ROOM), direction: 'ASC' } }),
  ],
  [
    'an entry with a long name',
    bodyOf(CREATE, { input: { segments: [draftOf('𝒳'.repeat(MIB / 4 - ROOM))] } }),
  ],
  [
    'a thousand blank entries',
    bodyOf(
      CREATE,
      entries(() => draftOf('\u200b'.repeat(250))),
    ),
  ],
  [
    'a thousand long entries',
    bodyOf(
      CREATE,
      entries((i) => draftOf(`${i}${'n'.repeat(950)}`)),
    ),
  ],
  [
    'a thousand entries with unknown fields',
    bodyOf(
      CREATE,
      entries((i) => ({ [`field${i}`]: i, ...draftOf('n') })),
    ),
  ],
  [
    'entries of another type',
    bodyOf(CREATE, { input: { segments: Array.from({ length: 30_000 }, () => 1) } }),
  ],
  [
    'a thousand entries',
    bodyOf(
      CREATE,
      entries((i) => ({ ...draftOf(`${i}`), criteria: 'c'.repeat(900) })),
    ),
  ],
];

/** Requests of up to 1 MiB that could take long to handle, which only callers with a token can send. */
export const LONG_INPUTS: readonly HostileInput[] = BODIES.map(([name, body]) => ({
  name: `1 MiB of GraphQL: ${name}`,
  path: '/graphql',
  body,
}));
