import { afterAll, describe, expect, it } from 'vitest';
import { type Code, catalogue } from '../../src/errors/catalogue.ts';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { received, sendRaw } from './socket.ts';

const gateway = testGateway();
const PATH = '/v1/customer-segments';
const EVENTS = '/v1/events';
const MISSING = '0000000000000000';
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** What is sent, the code of the refusal, and the parameters that it names. */
type Input = [what: string, sent: Sent, code: Code, params?: string[]];

interface Sent {
  method?: string;
  /** Follows the path of the collection. */
  path?: string;
  /** Replaces the path of the collection. */
  target?: string;
  type?: string;
  body?: string | Buffer;
  headers?: string[];
  token?: string | null;
}

const get = (path: string, more: Sent = {}): Sent => ({ path, ...more });
const post = (body: string | Buffer, type = JSON_TYPE, more: Sent = {}): Sent => ({
  method: 'POST',
  body,
  type,
  ...more,
});
const json = (value: unknown): Sent => post(JSON.stringify(value));
const all = (properties: object) => json({ ...draft(), ...properties });
const invalid: Code = 'INVALID_INPUT';

const AUTHORIZATION: Input[] = [
  ['no token', { token: null }, 'UNAUTHENTICATED'],
  ['an empty token', { token: '' }, 'UNAUTHENTICATED'],
  ['spaces as the token', { token: null, headers: ['Authorization: Bearer    '] }, 'UNAUTHENTICATED'],
  [
    'another authentication scheme',
    { token: null, headers: ['Authorization: Basic YTpi'] },
    'UNAUTHENTICATED',
  ],
  [
    'a token without a scheme',
    { token: null, headers: [`Authorization: ${'x'.repeat(40)}`] },
    'UNAUTHENTICATED',
  ],
  ['a token of 10 KB', { token: 'x'.repeat(10_000) }, 'UNAUTHENTICATED'],
  ['an unknown token', { token: 'x'.repeat(40) }, 'UNAUTHENTICATED'],
  ['two tokens in one', { token: `${'x'.repeat(40)} ${'y'.repeat(40)}` }, 'UNAUTHENTICATED'],
  ['a token in the query', { token: null, path: `?access_token=${'x'.repeat(40)}` }, 'UNAUTHENTICATED'],
  ['SQL as the token', { token: `' or 1=1 --${'x'.repeat(40)}` }, 'UNAUTHENTICATED'],
  ['an unsigned JWT', { token: 'eyJhbGciOiJub25lIn0.eyJhY2NvdW50X2lkIjoiYWRhIn0.x' }, 'UNAUTHENTICATED'],
];

const PATHS: Input[] = [
  ['a path without a version', { target: '/customer-segments' }, 'NOT_FOUND'],
  ['another version', { target: '/v2/customer-segments' }, 'NOT_FOUND'],
  ['a trailing slash', get('/'), 'NOT_FOUND'],
  ['two slashes', { target: '//v1/customer-segments' }, 'NOT_FOUND'],
  ['a path with ..', { target: '/v1/../v1/customer-segments' }, 'NOT_FOUND'],
  ['an encoded path with ..', get('/..%2f..%2fetc%2fpasswd'), 'NOT_FOUND'],
  ['a path below an id', get(`/${MISSING}/x`), 'NOT_FOUND'],
  ['events without an id', get('//events'), 'NOT_FOUND'],
  ['a path below the events of an id', get(`/${MISSING}/events/x`), 'NOT_FOUND'],
  ['the events of a missing segment', get(`/${MISSING}/events`), 'NOT_FOUND'],
  ['the events of an id with U+0000', get('/%00/events'), 'NOT_FOUND'],
  ['the events of an id of 10,000 characters', get(`/${'x'.repeat(10_000)}/events`), 'NOT_FOUND'],
  ['the events of an id that is not UTF-8', get('/%ff/events'), invalid, ['id']],
  ['the pattern of a path', { target: '/v1/customer-segments/:id/events' }, 'NOT_FOUND'],
  ['SQL as the id of an event', { target: "/v1/events/'%20or%201=1--" }, 'NOT_FOUND'],
  ['an id of an event with U+0000', { target: '/v1/events/%00' }, 'NOT_FOUND'],
  ['an id of an event of 10,000 characters', { target: `/v1/events/${'x'.repeat(10_000)}` }, 'NOT_FOUND'],
  ['a malformed id', get('/nope'), 'NOT_FOUND'],
  ['an id of 10,000 characters', get(`/${'x'.repeat(10_000)}`), 'NOT_FOUND'],
  ['an id with U+0000', get('/%00'), 'NOT_FOUND'],
  ['SQL as the id', get("/'%20or%201=1--"), 'NOT_FOUND'],
  ['an id with spaces', get(`/${MISSING.slice(1)}%20`), 'NOT_FOUND'],
  ['an emoji as the id', get('/%F0%9F%98%80'), 'NOT_FOUND'],
  ['an id in braces', get(`/%7B${MISSING}%7D`), 'NOT_FOUND'],
  ['an id that is not percent-encoded', get('/%zz'), invalid, ['id']],
  ['an id that is not UTF-8', get('/%ff'), invalid, ['id']],
  ['__proto__ as the id', get('/__proto__'), 'NOT_FOUND'],
  ['/health in the query', get('/x?x=/health'), invalid, ['x']],
  ['/graphql below the collection', get('/x/graphql'), 'NOT_FOUND'],
];

const METHODS: Input[] = [
  ['PATCH on the collection', { method: 'PATCH' }, 'METHOD_NOT_ALLOWED'],
  ['DELETE on the collection', { method: 'DELETE' }, 'METHOD_NOT_ALLOWED'],
  ['PUT on the collection', { method: 'PUT' }, 'METHOD_NOT_ALLOWED'],
  ['POST on the event log', { method: 'POST', target: EVENTS }, 'METHOD_NOT_ALLOWED'],
  ['DELETE on an event', { method: 'DELETE', target: `${EVENTS}/x` }, 'METHOD_NOT_ALLOWED'],
  ['POST on a segment', { method: 'POST', path: `/${MISSING}` }, 'METHOD_NOT_ALLOWED'],
  ['TRACE', { method: 'TRACE' }, 'METHOD_NOT_ALLOWED'],
  ['PROPFIND', { method: 'PROPFIND' }, 'METHOD_NOT_ALLOWED'],
  [
    'PURGE with X-HTTP-Method-Override',
    { method: 'PURGE', headers: ['X-HTTP-Method-Override: GET'] },
    'METHOD_NOT_ALLOWED',
  ],
];

const QUERIES: Input[] = [
  ...['0', '-1', '101', '1e3', '0x10', '1.5', 'abc', '', '%20', '9007199254740993', 'null', '１'].map(
    (limit): Input => [`limit=${limit}`, get(`?limit=${encodeURI(limit)}`), invalid, ['limit']],
  ),
  ['limit twice', get('?limit=1&limit=1'), invalid, ['limit']],
  ['limit as a list', get('?limit[]=1'), invalid, ['limit[]']],
  ['an unknown parameter', get('?sort=name;drop'), invalid, ['sort']],
  ['two unknown parameters', get('?a=1&b=2'), invalid, ['a', 'b']],
  ['__proto__', get('?__proto__=1'), invalid, ['__proto__']],
  ['constructor', get('?constructor=1'), invalid, ['constructor']],
  ['a malformed cursor', get('?starting_after=junk'), invalid, ['starting_after']],
  ['an empty cursor', get('?starting_after='), invalid, ['starting_after']],
  ['SQL as a cursor', get("?ending_before=')--"), invalid, ['ending_before']],
  ['a cursor of 8 KB', get(`?ending_before=${'x'.repeat(8_000)}`), invalid, ['ending_before']],
  ['cursors of both directions', get(`?starting_after=${MISSING}&ending_before=${MISSING}`), invalid],
  ['a name with U+0000', get('?name=%00'), invalid, ['name']],
  ['a name that is not UTF-8', get('?name=%C3%28'), invalid, ['name']],
  ['a name that ends within a character', get('?name=%F0%9F'), invalid, ['name']],
  ['a name of 5,001 characters', get(`?name=${'x'.repeat(5_001)}`), invalid, ['name']],
  ['a parameter whose name is not UTF-8', get('?%ff=1'), invalid, ['body']],
  ['the name of limit in the resolver', get('?first=5'), invalid, ['first']],
  ['the filter of the resolver', get('?filter=x'), invalid, ['filter']],
  ['the flag that reads the head of the log', get('?withHead=true'), invalid, ['withHead']],
  ['a malformed cursor of events', { target: `${EVENTS}?after=1%20or%201=1` }, invalid, ['after']],
  ['a cursor of events of 8 KB', { target: `${EVENTS}?after=${'1'.repeat(8_000)}` }, invalid, ['after']],
  ['a cursor of an event to come', { target: `${EVENTS}?after=999999999999999` }, invalid, ['after']],
  ['SQL as a type of event', { target: `${EVENTS}?type=x'--` }, invalid, ['type']],
  ['99 types of event', { target: `${EVENTS}?type=x${'&type=x'.repeat(98)}` }, invalid, ['type']],
  ['101 types of event', { target: `${EVENTS}?type=x${'&type=x'.repeat(100)}` }, invalid, ['parameters']],
  ['a type as a list', { target: `${EVENTS}?type[]=x` }, invalid, ['type[]']],
  ['a type on a list of segments', get('?type=customer_segment.created'), invalid, ['type']],
  ['a request id with half a character', { target: `${EVENTS}?request_id=%F0%9F` }, invalid, ['request_id']],
  ['a parameter on a retrieve', get(`/${MISSING}?expand=all`), invalid, ['expand']],
  ['a parameter on a delete', { method: 'DELETE', path: `/${MISSING}?force=1` }, invalid, ['force']],
];

const PROPERTIES: Input[] = [
  ['no properties', post('{}'), invalid, ['name', 'criteria', 'description']],
  ['no name', json({ criteria: 'c', description: '' }), invalid, ['name']],
  ...(
    [
      ['an empty name', ''],
      ['a blank name', ' \t\u3000'],
      ['a name of 256 characters', 'x'.repeat(256)],
      ['a name of 256 emoji', '😀'.repeat(256)],
      ['a name with U+0000', 'a\u0000b'],
      ['half of a surrogate pair as the name', '\ud800'],
      ['a number as the name', 1],
      ['a list as the name', ['n']],
      ['an object as the name', { $gt: '' }],
      ['null as the name', null],
      ['true as the name', true],
    ] as const
  ).map(([what, name]): Input => [what, all({ name }), invalid, ['name']]),
  ['criteria of 5,001 characters', all({ criteria: 'x'.repeat(5_001) }), invalid, ['criteria']],
  ['empty criteria', all({ criteria: '' }), invalid, ['criteria']],
  ['a description of 5,001 characters', all({ description: 'x'.repeat(5_001) }), invalid, ['description']],
  ['null as the description', all({ description: null }), invalid, ['description']],
  ['an id', all({ id: MISSING }), invalid, ['id']],
  ['an account', all({ account_id: 'bob' }), invalid, ['account_id']],
  ['a time', all({ created_at: 0 }), invalid, ['created_at']],
  ['a version', all({ version: 7 }), invalid, ['version']],
  [
    '__proto__',
    post('{"__proto__":{"admin":true},"name":"n","criteria":"c","description":""}'),
    invalid,
    ['__proto__'],
  ],
  ['constructor', all({ constructor: { prototype: {} } }), invalid, ['constructor']],
  [
    'three invalid properties at once',
    json({ name: '', criteria: 1, description: null }),
    invalid,
    ['name', 'criteria', 'description'],
  ],
];

const BODIES: Input[] = [
  ['no body', post(''), invalid, ['body']],
  ['incomplete JSON', post('{"name":'), invalid, ['body']],
  ['JSON with a trailing comma', post('{"name":"n",}'), invalid, ['body']],
  ['JSON with a comment', post('{} // x'), invalid, ['body']],
  ['JSON with NaN', post('{"name":NaN}'), invalid, ['body']],
  ['JSON with single quotes', post("{'name':'n'}"), invalid, ['body']],
  ['a list as the body', post('[]'), invalid, ['body']],
  ['a string as the body', post('"x"'), invalid, ['body']],
  ['null as the body', post('null'), invalid, ['body']],
  ['10,000 nested lists', post('['.repeat(10_000)), invalid, ['body']],
  ['a duplicate name', post('{"name":"a","name":"b","criteria":"c","description":""}'), invalid, ['name']],
  ['JSON that is not UTF-8', post(Buffer.from('{"name":"\xc3\x28"}', 'latin1')), invalid, ['body']],
  [
    'JSON in UTF-16',
    post(Buffer.from('{"name":"n"}', 'utf16le'), `${JSON_TYPE}; charset=utf-16`),
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['JSON with the content type of a form', post(JSON.stringify(draft()), FORM), invalid],
  ['a form with the content type of JSON', post('name=n&criteria=c&description=d'), invalid, ['body']],
  ['a form with a duplicate name', post('name=a&name=b&criteria=c&description=', FORM), invalid, ['name']],
  [
    'a form with an unknown name',
    post('name=a&criteria=c&description=&toString=1', FORM),
    invalid,
    ['toString'],
  ],
  ['a form with brackets', post('name[__proto__][x]=1', FORM), invalid],
  [
    'a form with thousands of names',
    post(
      Array.from({ length: 10_000 }, (_, i) => `a${i}=`)
        .join('&')
        .slice(0, 60_000),
      FORM,
    ),
    invalid,
  ],
  ['a form that is not percent-encoded', post('name=%zz', FORM), invalid, ['name']],
  ['a form with U+0000', post('name=%00&criteria=c&description=', FORM), invalid, ['name']],
  ['XML', post('<name/>', 'text/xml'), 'UNSUPPORTED_MEDIA_TYPE'],
  ['plain text', post('{}', 'text/plain'), 'UNSUPPORTED_MEDIA_TYPE'],
  ['no content type', { method: 'POST', body: '{}' }, 'UNSUPPORTED_MEDIA_TYPE'],
  ['multipart/form-data', post('--x--', 'multipart/form-data; boundary=x'), 'UNSUPPORTED_MEDIA_TYPE'],
  ['a malformed content type', post('{}', ';;;'), 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'a compressed body',
    post('{}', JSON_TYPE, { headers: ['Content-Encoding: gzip'] }),
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a body of 64 KiB and one byte', post(`{"name":"${'x'.repeat(64 * 1024 - 10)}"}`), 'PAYLOAD_TOO_LARGE'],
  ['a body of 1 MiB', post('x'.repeat(1024 * 1024)), 'PAYLOAD_TOO_LARGE'],
];

const HEADERS: Input[] = [
  [
    'an empty Idempotency-Key',
    post('{}', JSON_TYPE, { headers: ['Idempotency-Key: '] }),
    invalid,
    ['name', 'criteria', 'description', 'Idempotency-Key'],
  ],
  [
    'an Idempotency-Key of 256 characters',
    { ...all({}), headers: [`Idempotency-Key: ${'x'.repeat(256)}`] },
    invalid,
    ['Idempotency-Key'],
  ],
  [
    'an Idempotency-Key with a space',
    { ...all({}), headers: ['Idempotency-Key: a b'] },
    invalid,
    ['Idempotency-Key'],
  ],
  [
    'two Idempotency-Keys',
    { ...all({}), headers: ['Idempotency-Key: a', 'Idempotency-Key: b'] },
    invalid,
    ['Idempotency-Key'],
  ],
  [
    'a malformed If-Match',
    { method: 'DELETE', path: `/${MISSING}`, headers: ['If-Match: junk'] },
    invalid,
    ['If-Match'],
  ],
  [
    'an update without changes',
    { method: 'PUT', path: `/${MISSING}`, body: '{}', type: JSON_TYPE },
    invalid,
    ['body'],
  ],
  [
    'an update of a missing segment',
    { method: 'PUT', path: `/${MISSING}`, body: '{"name":"n"}', type: JSON_TYPE },
    'NOT_FOUND',
  ],
  ['a delete of a missing segment', { method: 'DELETE', path: `/${MISSING}` }, 'NOT_FOUND'],
];

const INPUTS = { AUTHORIZATION, PATHS, METHODS, QUERIES, PROPERTIES, BODIES, HEADERS };

function textOf({
  method = 'GET',
  path = '',
  target = PATH + path,
  type,
  body = '',
  headers = [],
  token,
}: Sent): Buffer {
  const good = gateway.authorization('ada').authorization;
  const authorization = token === undefined ? good : `Bearer ${token}`;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    ...(token === null ? [] : [`Authorization: ${authorization}`]),
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    ...(body.length > 0 || method === 'POST' ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

describe.each(Object.entries(INPUTS))('invalid input is refused: %s', (_, inputs) => {
  it.each(inputs)('%s', async (_, sent, code, params) => {
    const { status, head, body } = received(await sendRaw(gateway.url, textOf(sent)));
    expect(status, body).toBe(catalogue[code].status);
    const problem = JSON.parse(body);
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(problem).toMatchObject({ code, status, request_id: /x-request-id: (\S+)/i.exec(head)?.[1] });
    if (params) expect(problem.errors.map(({ param }: { param: string }) => param)).toEqual(params);
    expect(body.length).toBeLessThan(20_000);
    expect(body).not.toMatch(/node_modules|\.ts:|select |insert |unnest|drizzle|stack/i);
  });
});

it('There are at least a hundred inputs, and each has its own name', () => {
  const names = Object.entries(INPUTS).flatMap(([kind, inputs]) => inputs.map(([what]) => `${kind} ${what}`));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(100);
});

it('No input added a property to other objects', () =>
  expect(({} as { admin?: unknown }).admin).toBeUndefined());

afterAll(async () => {
  const { segments } = await listSegments({}, gateway.context());
  expect(segments, 'segments left behind by invalid input').toEqual([]);
  await createSegment(draft(), gateway.context()); // the gateway still works
});
