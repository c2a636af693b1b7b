/** A request that could take long to handle. */
export interface HostileInput {
  name: string;
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

const REST = '/v1/customer-segments';
const KIB = 1024;
/** The head of a request may have 16 KiB, of which the other headers need some. */
const HEAD = 15 * KIB;
const BODY = 64 * KIB;

const filled = (pattern: string, size: number): string =>
  pattern.repeat(Math.ceil(size / pattern.length)).slice(0, size);

/** Headers that the gateway parses, and texts on which a parser could backtrack. */
const HEADERS = [
  'accept',
  'accept-encoding',
  'access-control-request-headers',
  'authorization',
  'content-encoding',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'origin',
  'traceparent',
  'x-account-id',
  'x-account-scopes',
  'x-request-id',
  'x-router-secret',
];
const FILLS = [
  ' ',
  '\t',
  ',',
  ';',
  ', ',
  '; ',
  '"',
  '\\"',
  '\\',
  '=',
  ';a=',
  ';a="',
  '; a="\\"",',
  'a/b,',
  'a/*;q=0.1,',
  '*/*,',
  '"1",',
  'W/"1",',
  'W/',
  'W/"',
  '%',
  '%41',
  'a',
  'a,',
  'a ',
  '1',
  '0',
  '.',
  '-',
  "'",
  'utf-8',
  'é',
];

const inHeaders: HostileInput[] = HEADERS.flatMap((header) =>
  FILLS.flatMap((fill) =>
    ['', 'Bearer ', ',', 'identity,', '"', 'utf-8;charset='].map((start) => ({
      name: `${header}: ${JSON.stringify(start)} and 15 KiB of ${JSON.stringify(fill)}`,
      method: 'POST',
      headers: { [header]: `${start}${filled(fill, HEAD)}!` },
      body: '{}',
    })),
  ),
);

const inTargets: HostileInput[] = [
  '%',
  '%41',
  '%4',
  '&',
  '&a=',
  '&a=%41',
  '=',
  '+',
  '/',
  '?',
  ':',
  '[',
  'a',
  '%C3%A4',
  '&limit=1',
].flatMap((fill) => [
  { name: `a path of 15 KiB of ${fill}`, path: `/${filled(fill, HEAD)}` },
  { name: `an id of 15 KiB of ${fill}`, path: `${REST}/${filled(fill, HEAD)}` },
  { name: `a query of 15 KiB of ${fill}`, path: `${REST}?${filled(fill, HEAD)}` },
  { name: `a filter of 15 KiB of ${fill}`, path: `${REST}?name=${filled(fill, HEAD)}` },
  { name: `a GraphQL query string of 15 KiB of ${fill}`, path: `/graphql?query={a}&x=${filled(fill, HEAD)}` },
  { name: `an absolute target of 15 KiB of ${fill}`, path: `http://${filled(fill, HEAD)}` },
]);

const nested = (open: string, inner: string, close: string, depth: number): string =>
  open.repeat(depth) + inner + close.repeat(depth);
const many = (count: number, one: (i: number) => string, separator = ','): string =>
  Array.from({ length: count }, (_, i) => one(i)).join(separator);

const JSON_BODIES: [name: string, body: string][] = [
  ['nested lists', nested('[', '', ']', BODY / 2)],
  ['lists nested in a property', `{"name":${nested('[', '', ']', BODY / 2 - 10)}}`],
  ['nested objects', nested('{"a":', '1', '}', 10_000)],
  ['unknown properties', `{${many(6_000, (i) => `"p${i}":1`)}}`],
  ['one property, repeated', `{${many(8_000, () => '"name":1')}}`],
  ['properties of the prototype', `{${many(4_000, () => '"__proto__":1')}}`],
  ['escapes', `{"name":"${'\\"'.repeat(BODY / 2 - 10)}"}`],
  ['escaped backslashes', `{"name":"${'\\\\'.repeat(BODY / 2 - 10)}"}`],
  ['an unterminated string', `{"name":"${'\\"'.repeat(BODY / 2 - 10)}`],
  ['unterminated strings', '"\\'.repeat(BODY / 2)],
  ['control characters', `{"name":"${'\\u0000'.repeat(BODY / 6 - 10)}"}`],
  ['lone surrogates', `{"name":"${'\\ud800'.repeat(BODY / 6 - 10)}"}`],
  ['combining characters', `{"name":"${'\u0301'.repeat(BODY / 2 - 10)}"}`],
  ['decomposed letters', `{"name":"${'a\u0323\u0301'.repeat(BODY / 5 - 10)}"}`],
  ['emoji families', `{"name":"${'👨‍👩‍👧'.repeat(BODY / 20)}"}`],
  ['capital sigmas', `{"name":"${'Σ'.repeat(BODY / 2 - 10)}"}`],
  ['white space', `{"name":"${' '.repeat(BODY - 20)}x"}`],
  ['invisible characters', `{"name":"${'\u200b'.repeat(BODY / 3 - 10)}"}`],
  ['digits', `{"name":${'1'.repeat(BODY - 20)}}`],
  ['a number with a large exponent', `{"name":1e${'9'.repeat(BODY - 20)}}`],
  ['a property with a long name', `{"${'a'.repeat(BODY - 20)}":1}`],
];
const inJson: HostileInput[] = JSON_BODIES.flatMap(([name, body]) => [
  { name: `REST, JSON: ${name}`, method: 'POST', body },
  { name: `REST, a patch: ${name}`, method: 'PATCH', path: `${REST}/0123456789abcdef`, body },
  { name: `GraphQL, a body: ${name}`, path: '/graphql', body },
  {
    name: `GraphQL, an input: ${name}`,
    path: '/graphql',
    body: `{"query":"mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { __typename } }","variables":{"input":${body.slice(0, BODY - 200)}}}`,
  },
]);

const inForms: HostileInput[] = ['&', '=', '%', '%41', '+', 'a=&', 'a&', 'name=&', '%00', '%C3', '&%=%'].map(
  (fill) => ({
    name: `a form of 64 KiB of ${fill}`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: filled(fill, BODY),
  }),
);

const filledTo = (size: number, one: (i: number) => string, separator = ' '): string => {
  let text = '';
  for (let i = 0; text.length < size; i++) text += one(i) + separator;
  return text;
};
/** The length of a document in a body of 64 KiB. */
const TEXT = BODY - 200;
const DID_YOU_MEAN = ' Did you mean '.repeat(TEXT / 15);
const INT = 'query ($f: Int) { segments(first: $f) { totalCount } }';
const ENTITIES =
  'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Segment { id } } }';
const FIFTY_ENTITIES = `query ($r: [_Any!]!) { ${many(50, (i) => `a${i}: _entities(representations: $r) { __typename }`, ' ')} }`;
const introspection = (fields: string): string => `{ __schema { ${fields} } }`;

const DOCUMENTS: [name: string, query: string, variables?: unknown][] = [
  ['unknown fields', `{ ${filledTo(TEXT, (i) => `segment${i}`)} }`],
  ['fewer unknown fields', `{ ${many(1_900, (i) => `segmentt${i}`, ' ')} }`],
  ['an unknown field with a long name', `{ ${'segments'.repeat(TEXT / 8)} }`],
  ['unknown fields with long names', `{ ${many(1_000, (i) => `s${i}${'egments'.repeat(8)}`, ' ')} }`],
  ['unknown fields of a segment', `{ segments { nodes { ${many(900, (i) => `nam${i}`, ' ')} } } }`],
  ['unknown arguments', `{ segments(${many(660, (i) => `firs${i}: 1`, ' ')}) { totalCount } }`],
  ['an unknown argument with a long name', `{ segments(${'first'.repeat(TEXT / 5)}: 1) { totalCount } }`],
  [
    'unknown types',
    `${many(280, (i) => `fragment f${i} on Segmen${i} { id }`, ' ')} { segments { totalCount } }`,
  ],
  ['an unknown type with a long name', `{ ... on ${'Segment'.repeat(TEXT / 7)} { id } }`],
  ['unknown directives', `{ __typename ${many(900, (i) => `@skp${i}`, ' ')} }`],
  [
    'unknown enum values',
    `{ segments(orderBy: { field: ${'NAME'.repeat(TEXT / 4)}, direction: ASC }) { totalCount } }`,
  ],
  ['unknown input fields', `{ segments(filter: { ${many(600, (i) => `nam${i}: 1`, ' ')} }) { totalCount } }`],
  [
    'an unknown input field with a long name',
    `{ segments(filter: { ${'name'.repeat(TEXT / 4)}: 1 }) { totalCount } }`,
  ],
  ['unknown fragments', `{ ${many(900, (i) => `...f${i}`, ' ')} }`],
  ['unused fragments', `${many(280, (i) => `fragment f${i} on Segment { id }`, ' ')} { __typename }`],
  [
    'circular fragments',
    `${many(220, (i) => `fragment f${i} on Query { ...f${(i + 1) % 220} }`, ' ')} { ...f0 }`,
  ],
  [
    'fragments that spread each other',
    `${many(25, (i) => `fragment f${i} on Query { ${many(25, (j) => `...f${j}`, ' ')} }`, ' ')} { ...f0 }`,
  ],
  [
    'fragments in a chain, twice each',
    `${many(150, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`, ' ')} fragment f150 on Query { __typename } { ...f0 }`,
  ],
  ['the same field, repeated', `{ ${many(950, () => '__typename', ' ')} }`],
  [
    'the same list, repeated',
    `{ ${many(45, () => 'segments { nodes { id name criteria } totalCount }', ' ')} }`,
  ],
  [
    'the same list with other arguments',
    `{ ${many(45, (i) => `segments(first: ${i + 1}) { nodes { id } }`, ' ')} }`,
  ],
  [
    'aliases that conflict',
    `{ ${many(45, () => 'a: segments { a: totalCount } a: node(id: "1") { a: id }', ' ')} }`,
  ],
  [
    'fields that conflict',
    `{ segments { nodes { ${many(460, (i) => `a: ${i % 2 ? 'id' : 'name'}`, ' ')} } } }`,
  ],
  ['inline fragments', `{ ${nested('... { ', '__typename', ' }', 450)} }`],
  ['inline fragments side by side', `{ ${many(300, () => '... { segments { totalCount } }', ' ')} }`],
  ['levels of fields', nested('{ segments { nodes ', '{ id }', ' } }', 300)],
  ['levels of lists', `{ segments(first: ${nested('[', '1', ']', 900)}) { totalCount } }`],
  ['levels of objects', `{ segments(filter: ${nested('{ name: ', '1', ' }', 400)}) { totalCount } }`],
  ['a list of ids in the text', `{ nodes(ids: [${many(1_900, () => '"a"')}]) { id } }`],
  ['operations', many(400, (i) => `query q${i} { __typename }`, ' ')],
  ['operations without a name', many(500, () => '{ __typename }', ' ')],
  ['variables', `query (${many(280, (i) => `$v${i}: Int = 1`)}) { __typename }`],
  ['variables that are not defined', `{ nodes(ids: [${many(1_800, (i) => `$v${i}`)}]) { id } }`],
  ['variables of an unknown type', `query (${many(450, (i) => `$v${i}: In`)}) { __typename }`],
  ['the same variable, repeated', `query (${many(450, () => '$v: Int')}) { __typename }`],
  ['a variable of a deeply nested list type', `query ($v: ${nested('[', 'Int', ']', 900)}) { __typename }`],
  ['types of the schema language', many(450, (i) => `type T${i} { a: Int }`.slice(0, 140), ' ')],
  ['an unknown character', `{ ${'é'.repeat(TEXT / 2)} }`],
  ['unclosed brackets', '{a'.repeat(TEXT / 2)],
  ['white space', `{ ${' '.repeat(TEXT)} __typename }`],
  ['line breaks', `{ ${'\\n'.repeat(TEXT / 3)} é }`],
  ['commas', `{ ${','.repeat(TEXT)} __typename }`],
  ['a comment', `{ __typename } #${'x'.repeat(TEXT)}`],
  ['comments', `${'#\n'.repeat(TEXT / 3)} { __typename }`],
  ['a string', `{ node(id: "${'x'.repeat(TEXT)}") { id } }`],
  ['a string of escapes', `{ node(id: "${'\\u0041'.repeat(TEXT / 8)}") { id } }`],
  ['a block string', `{ node(id: """${' \n'.repeat(TEXT / 3)}""") { id } }`],
  ['block strings', `{ nodes(ids: [${many(1_500, () => '"""\n a\n  b\n"""')}]) { id } }`],
  ['a string as a number', `{ segments(first: "${'1'.repeat(TEXT)}") { totalCount } }`],
  ['a number of many digits', `{ segments(first: ${'1'.repeat(TEXT)}) { totalCount } }`],
  ['a fraction of many digits', `{ segments(first: 0.${'1'.repeat(TEXT)}) { totalCount } }`],
  ['an object as a number', `{ segments(first: { ${many(600, (i) => `a${i}: 1`, ' ')} }) { totalCount } }`],
  ['a cursor', `{ segments(after: "${'A'.repeat(TEXT)}") { totalCount } }`],
  [
    'a time',
    `{ segments(filter: { createdAt: { gte: "2026-01-01T00:00:00.${'0'.repeat(TEXT)}Z" } }) { totalCount } }`,
  ],
  ['a search', `{ segments(filter: { name: { contains: "${'%_'.repeat(TEXT / 2)}" } }) { totalCount } }`],
  ['introspection, aliased', introspection(many(180, (i) => `a${i}: types { name }`, ' '))],
  [
    'introspection, aliased and deep',
    introspection(many(24, (i) => `a${i}: types { fields { type { ofType { name } } args { name } } }`, ' ')),
  ],
  [
    'introspection, nested',
    introspection('types { fields { type { fields { type { fields { type { fields { name } } } } } } } }'),
  ],
  [
    'introspection, repeated',
    `{ ${many(49, () => '__schema { types { name fields { name args { name type { name } } } } }', ' ')} }`,
  ],
  [
    'introspection by fragments',
    `fragment t on __Type { name fields(includeDeprecated: true) { name type { name ofType { name } } } } { __schema { ${many(45, (i) => `a${i}: types { ...t }`, ' ')} } }`,
  ],
  [
    'introspection by type',
    `{ ${many(49, (i) => `a${i}: __type(name: "Segment") { fields { type { fields { type { name } } } } }`, ' ')} }`,
  ],
  [
    'introspection of enum values and inputs',
    introspection(
      many(
        20,
        (i) =>
          `a${i}: types { enumValues { name } inputFields { name defaultValue type { name } } possibleTypes { name } interfaces { name } }`,
        ' ',
      ),
    ),
  ],
  [
    'introspection of directives',
    introspection(many(100, (i) => `a${i}: directives { name args { name type { name } } locations }`, ' ')),
  ],
  ['the SDL, repeated', `{ ${many(49, (i) => `a${i}: _service { sdl }`, ' ')} }`],
  ['a text that looks like a suggestion', `{ segments(first: "${DID_YOU_MEAN}") { totalCount } }`],
  ['a text that looks like a suggestion, in a variable', INT, { f: DID_YOU_MEAN }],
  ['a name that looks like a suggestion', `{ node(id: ${'Did_you_mean_'.repeat(TEXT / 13)}) { id } }`],
  [
    'introspection, with aliases at each level',
    introspection(
      many(
        3,
        (i) =>
          `a${i}: types { ${many(2, (j) => `b${j}: fields { args { name } type { ${many(2, (k) => `c${k}: fields { name description args { name type { name } } type { name kind description ofType { name } } }`, ' ')} } }`, ' ')} }`,
        ' ',
      ),
    ),
  ],
  [
    'introspection, with aliases at the deepest level',
    introspection(
      `types { fields { type { fields { ${many(49, (i) => `a${i}: type { name kind description specifiedByURL ofType { name kind description } enumValues { name } }`, ' ')} } } } }`,
    ),
  ],
  [
    'invalid representations in ten fields',
    `query ($r: [_Any!]!) { ${many(10, (i) => `a${i}: _entities(representations: $r) { __typename }`, ' ')} }`,
    { r: Array.from({ length: 1_000 }, () => 1) },
  ],
  [
    'a few invalid representations in each of fifty fields',
    FIFTY_ENTITIES,
    { r: Array.from({ length: 10 }, () => 1) },
  ],
  [
    'a few invalid representations in each of fifty fields, after as many line breaks as a document may have',
    `${'\n'.repeat(1_990)}${FIFTY_ENTITIES}`,
    { r: Array.from({ length: 10 }, () => 1) },
  ],
  [
    'a few invalid representations in each of fifty fields, after as many line breaks as a body may have',
    `${'\n'.repeat(28_000)}${FIFTY_ENTITIES}`,
    { r: Array.from({ length: 10 }, () => 1) },
  ],
  [
    'a thousand ids in each of ten fields',
    `query ($i: [ID!]!) { ${many(10, (i) => `a${i}: nodes(ids: $i) { id }`, ' ')} }`,
    { i: Array.from({ length: 999 }, (_, i) => `${i}`) },
  ],
  ['invalid representations', ENTITIES, { r: Array.from({ length: 6_000 }, () => ({ a: 1 })) }],
  ['representations that are not objects', ENTITIES, { r: Array.from({ length: 30_000 }, () => 1) }],
  [
    'representations of another type',
    ENTITIES,
    { r: Array.from({ length: 1_000 }, () => ({ __typename: 'Other', id: '1' })) },
  ],
  [
    'representations without an id',
    ENTITIES,
    { r: Array.from({ length: 1_000 }, () => ({ __typename: 'Segment' })) },
  ],
  [
    'representations of many properties',
    ENTITIES,
    { r: [Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`p${i}`, 1]))] },
  ],
  [
    'ids that are numbers',
    'query ($i: [ID!]!) { nodes(ids: $i) { id } }',
    { i: Array.from({ length: 30_000 }, () => 1) },
  ],
  [
    'ids that are lists',
    'query ($i: [ID!]!) { nodes(ids: $i) { id } }',
    { i: Array.from({ length: 20_000 }, () => [1]) },
  ],
  [
    'a variable of the wrong type',
    'query ($f: Int) { segments(first: $f) { totalCount } }',
    { f: Array.from({ length: 30_000 }, () => 1) },
  ],
  [
    'a variable of the wrong type that is a long string',
    'query ($f: Int) { segments(first: $f) { totalCount } }',
    { f: '1'.repeat(TEXT) },
  ],
  [
    'a variable with unknown properties',
    'query ($f: SegmentFilter) { segments(filter: $f) { totalCount } }',
    { f: Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`nam${i}`, 1])) },
  ],
  [
    'a variable with an unknown property of a long name',
    'query ($f: SegmentFilter) { segments(filter: $f) { totalCount } }',
    { f: { ['name'.repeat(TEXT / 4)]: 1 } },
  ],
  [
    'a variable that is an unknown enum value',
    'query ($o: SegmentOrder) { segments(orderBy: $o) { totalCount } }',
    { o: { field: 'NAME'.repeat(TEXT / 4), direction: 'ASC' } },
  ],
  [
    'unused variables',
    '{ __typename }',
    Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`v${i}`, 1])),
  ],
];
const inDocuments: HostileInput[] = DOCUMENTS.map(([name, query, variables]) => ({
  name: `GraphQL, ${name}`,
  path: '/graphql',
  body: JSON.stringify({ query, variables }),
}));
const inQueryStrings: HostileInput[] = DOCUMENTS.map(([name, query, variables]) => ({
  name: `GraphQL by GET, ${name}`,
  method: 'GET',
  path: `/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify(variables ?? {}))}`,
})).filter(({ path }) => path.length < HEAD);

const manyHeaders: HostileInput[] = [
  {
    name: 'a thousand headers',
    headers: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`x-${i}`, '1'])),
  },
];

/** Inputs of at most 64 KiB that could take long to handle, for both faces. */
export const HOSTILE_INPUTS: readonly HostileInput[] = [
  ...manyHeaders,
  ...inHeaders.flatMap((input) => [input, { ...input, name: `GraphQL, ${input.name}`, path: '/graphql' }]),
  ...inTargets,
  ...inJson,
  ...inForms,
  ...inDocuments,
  ...inQueryStrings,
];

/**
 * The bytes of a request, with `Connection: close`. The salt makes each document a new one, because the gateway caches
 * documents.
 */
export function bytesOf(input: HostileInput, authorization?: string, salt = 0): Buffer {
  const { method, headers = {} } = input;
  const body = input.body?.replace('{"query":"', `{"query":"#${salt}\\n`);
  const path = (input.path ?? REST).replace('?query=', `?query=%23${salt}%0A`);
  const all: Record<string, string> = {
    host: 'x',
    connection: 'close',
    ...(authorization !== undefined && { authorization }),
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': `${Buffer.byteLength(body)}`,
    }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  return Buffer.from([`${verb} ${path} HTTP/1.1`, ...lines, '', body ?? ''].join('\r\n'));
}
