import { afterAll, describe, expect, it } from 'vitest';
import { type Code, catalogue } from '../../src/errors/catalogue.ts';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { received, sendRaw } from './socket.ts';

const gateway = testGateway();
const PATH = '/v1/customer-segments';
const MISSING = '0000000000000000';
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** What is sent, how it is refused, and the parameters that the answer names. */
type Input = [what: string, sent: Sent, code: Code, params?: string[]];

interface Sent {
  method?: string;
  /** What follows the collection's path. */
  path?: string;
  /** Instead of the collection's. */
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
const bad: Code = 'INVALID_INPUT';

const AUTHORIZATION: Input[] = [
  ['no token', { token: null }, 'UNAUTHENTICATED'],
  ['an empty token', { token: '' }, 'UNAUTHENTICATED'],
  ['a token of spaces', { token: null, headers: ['Authorization: Bearer    '] }, 'UNAUTHENTICATED'],
  ['another scheme', { token: null, headers: ['Authorization: Basic YTpi'] }, 'UNAUTHENTICATED'],
  [
    'a token without a scheme',
    { token: null, headers: [`Authorization: ${'x'.repeat(40)}`] },
    'UNAUTHENTICATED',
  ],
  ['a token of 10 KB', { token: 'x'.repeat(10_000) }, 'UNAUTHENTICATED'],
  ['an unknown token', { token: 'x'.repeat(40) }, 'UNAUTHENTICATED'],
  ['two tokens in one', { token: `${'x'.repeat(40)} ${'y'.repeat(40)}` }, 'UNAUTHENTICATED'],
  ['a token in the query', { token: null, path: `?access_token=${'x'.repeat(40)}` }, 'UNAUTHENTICATED'],
  ['a token of quotes', { token: `' or 1=1 --${'x'.repeat(40)}` }, 'UNAUTHENTICATED'],
  [
    'a JWT that nobody signed',
    { token: 'eyJhbGciOiJub25lIn0.eyJhY2NvdW50X2lkIjoiYWRhIn0.x' },
    'UNAUTHENTICATED',
  ],
];

const PATHS: Input[] = [
  ['the root', { target: '/' }, 'NOT_FOUND'],
  ['another version', { target: '/v2/customer-segments' }, 'NOT_FOUND'],
  ['a slash at the end', get('/'), 'NOT_FOUND'],
  ['two slashes', { target: '//v1/customer-segments' }, 'NOT_FOUND'],
  ['a way up', { target: '/v1/../v1/customer-segments' }, 'NOT_FOUND'],
  ['a way up, encoded', get('/..%2f..%2fetc%2fpasswd'), 'NOT_FOUND'],
  ['more below an id', get(`/${MISSING}/x`), 'NOT_FOUND'],
  ['an id of another form', get('/nope'), 'NOT_FOUND'],
  ['an id of 10,000 characters', get(`/${'x'.repeat(10_000)}`), 'NOT_FOUND'],
  ['an id with NUL', get('/%00'), 'NOT_FOUND'],
  ['an id of SQL', get("/'%20or%201=1--"), 'NOT_FOUND'],
  ['an id with spaces', get(`/${MISSING.slice(1)}%20`), 'NOT_FOUND'],
  ['an id of an emoji', get('/%F0%9F%98%80'), 'NOT_FOUND'],
  ['an id in braces', get(`/%7B${MISSING}%7D`), 'NOT_FOUND'],
  ['an id that is not percent-encoded', get('/%zz'), bad, ['id']],
  ['an id that is not UTF-8', get('/%ff'), bad, ['id']],
  ['a name of every object', get('/__proto__'), 'NOT_FOUND'],
  ['a health check in the query', get('/x?x=/health'), bad, ['x']],
  ['a GraphQL below the collection', get('/x/graphql'), 'NOT_FOUND'],
];

const METHODS: Input[] = [
  ['PATCH on the collection', { method: 'PATCH' }, 'METHOD_NOT_ALLOWED'],
  ['DELETE on the collection', { method: 'DELETE' }, 'METHOD_NOT_ALLOWED'],
  ['PUT on the collection', { method: 'PUT' }, 'METHOD_NOT_ALLOWED'],
  ['POST on a segment', { method: 'POST', path: `/${MISSING}` }, 'METHOD_NOT_ALLOWED'],
  ['TRACE', { method: 'TRACE' }, 'METHOD_NOT_ALLOWED'],
  ['PROPFIND', { method: 'PROPFIND' }, 'METHOD_NOT_ALLOWED'],
  [
    'a method in disguise',
    { method: 'PURGE', headers: ['X-HTTP-Method-Override: GET'] },
    'METHOD_NOT_ALLOWED',
  ],
];

const QUERIES: Input[] = [
  ...['0', '-1', '101', '1e3', '0x10', '1.5', 'abc', '', '%20', '9007199254740993', 'null', '１'].map(
    (limit): Input => [`limit=${limit}`, get(`?limit=${encodeURI(limit)}`), bad, ['limit']],
  ),
  ['limit twice', get('?limit=1&limit=1'), bad, ['limit']],
  ['limit as a list', get('?limit[]=1'), bad, ['limit[]']],
  ['an unknown parameter', get('?sort=name;drop'), bad, ['sort']],
  ['two unknown parameters', get('?a=1&b=2'), bad, ['a', 'b']],
  ['__proto__', get('?__proto__=1'), bad, ['__proto__']],
  ['constructor', get('?constructor=1'), bad, ['constructor']],
  ['a cursor of junk', get('?starting_after=junk'), bad, ['starting_after']],
  ['an empty cursor', get('?starting_after='), bad, ['starting_after']],
  ['a cursor of SQL', get("?ending_before=')--"), bad, ['ending_before']],
  ['a cursor of 8 KB', get(`?ending_before=${'x'.repeat(8_000)}`), bad, ['ending_before']],
  ['both directions', get(`?starting_after=${MISSING}&ending_before=${MISSING}`), bad],
  ['a name with NUL', get('?name=%00'), bad, ['name']],
  ['a name that is not UTF-8', get('?name=%C3%28'), bad, ['name']],
  ['a name cut short', get('?name=%F0%9F'), bad, ['name']],
  ['a name of 5,001 characters', get(`?name=${'x'.repeat(5_001)}`), bad, ['name']],
  ['a parameter whose name is not UTF-8', get('?%ff=1'), bad, ['body']],
  ['what the resolver calls it', get('?first=5'), bad, ['first']],
  ['a filter of the resolver', get('?filter=x'), bad, ['filter']],
  ['a parameter on a retrieve', get(`/${MISSING}?expand=all`), bad, ['expand']],
  ['a parameter on a delete', { method: 'DELETE', path: `/${MISSING}?force=1` }, bad, ['force']],
];

const PROPERTIES: Input[] = [
  ['nothing at all', post('{}'), bad, ['name', 'criteria', 'description']],
  ['no name', json({ criteria: 'c', description: '' }), bad, ['name']],
  ...(
    [
      ['an empty name', ''],
      ['a blank name', ' \t\u3000'],
      ['a name of 256 characters', 'x'.repeat(256)],
      ['a name of 256 emoji', '😀'.repeat(256)],
      ['a name with NUL', 'a\u0000b'],
      ['half of a character as the name', '\ud800'],
      ['a number as the name', 1],
      ['a list as the name', ['n']],
      ['an object as the name', { $gt: '' }],
      ['null as the name', null],
      ['true as the name', true],
    ] as const
  ).map(([what, name]): Input => [what, all({ name }), bad, ['name']]),
  ['criteria of 5,001 characters', all({ criteria: 'x'.repeat(5_001) }), bad, ['criteria']],
  ['empty criteria', all({ criteria: '' }), bad, ['criteria']],
  ['a description of 5,001 characters', all({ description: 'x'.repeat(5_001) }), bad, ['description']],
  ['null as the description', all({ description: null }), bad, ['description']],
  ['an id', all({ id: MISSING }), bad, ['id']],
  ['an account', all({ account_id: 'bob' }), bad, ['account_id']],
  ['a time', all({ created_at: 0 }), bad, ['created_at']],
  ['a version', all({ version: 7 }), bad, ['version']],
  [
    '__proto__',
    post('{"__proto__":{"admin":true},"name":"n","criteria":"c","description":""}'),
    bad,
    ['__proto__'],
  ],
  ['constructor', all({ constructor: { prototype: {} } }), bad, ['constructor']],
  [
    'three wrongs at once',
    json({ name: '', criteria: 1, description: null }),
    bad,
    ['name', 'criteria', 'description'],
  ],
];

const BODIES: Input[] = [
  ['no body', post(''), bad, ['body']],
  ['JSON cut short', post('{"name":'), bad, ['body']],
  ['JSON with a comma too many', post('{"name":"n",}'), bad, ['body']],
  ['JSON with a comment', post('{} // x'), bad, ['body']],
  ['NaN', post('{"name":NaN}'), bad, ['body']],
  ['single quotes', post("{'name':'n'}"), bad, ['body']],
  ['a list', post('[]'), bad, ['body']],
  ['a text', post('"x"'), bad, ['body']],
  ['null', post('null'), bad, ['body']],
  ['10,000 lists in each other', post('['.repeat(10_000)), bad, ['body']],
  ['a name twice', post('{"name":"a","name":"b","criteria":"c","description":""}'), bad, ['name']],
  ['JSON that is not UTF-8', post(Buffer.from('{"name":"\xc3\x28"}', 'latin1')), bad, ['body']],
  [
    'JSON in UTF-16',
    post(Buffer.from('{"name":"n"}', 'utf16le'), `${JSON_TYPE}; charset=utf-16`),
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['JSON called a form', post(JSON.stringify(draft()), FORM), bad],
  ['a form called JSON', post('name=n&criteria=c&description=d'), bad, ['body']],
  ['a form with a name twice', post('name=a&name=b&criteria=c&description=', FORM), bad, ['name']],
  ['a form with an unknown name', post('name=a&criteria=c&description=&toString=1', FORM), bad, ['toString']],
  ['a form with brackets', post('name[__proto__][x]=1', FORM), bad],
  [
    'a form of 10,000 names',
    post(
      Array.from({ length: 10_000 }, (_, i) => `a${i}=`)
        .join('&')
        .slice(0, 60_000),
      FORM,
    ),
    bad,
  ],
  ['a form that is not percent-encoded', post('name=%zz', FORM), bad, ['name']],
  ['a form with NUL', post('name=%00&criteria=c&description=', FORM), bad, ['name']],
  ['XML', post('<name/>', 'text/xml'), 'UNSUPPORTED_MEDIA_TYPE'],
  ['plain text', post('{}', 'text/plain'), 'UNSUPPORTED_MEDIA_TYPE'],
  ['no type', { method: 'POST', body: '{}' }, 'UNSUPPORTED_MEDIA_TYPE'],
  ['parts', post('--x--', 'multipart/form-data; boundary=x'), 'UNSUPPORTED_MEDIA_TYPE'],
  ['a type of junk', post('{}', ';;;'), 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'something compressed',
    post('{}', JSON_TYPE, { headers: ['Content-Encoding: gzip'] }),
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['64 KiB and a byte', post(`{"name":"${'x'.repeat(64 * 1024 - 10)}"}`), 'PAYLOAD_TOO_LARGE'],
  ['a megabyte', post('x'.repeat(1024 * 1024)), 'PAYLOAD_TOO_LARGE'],
];

const HEADERS: Input[] = [
  [
    'an empty key',
    post('{}', JSON_TYPE, { headers: ['Idempotency-Key: '] }),
    bad,
    ['name', 'criteria', 'description', 'Idempotency-Key'],
  ],
  [
    'a key of 256 characters',
    { ...all({}), headers: [`Idempotency-Key: ${'x'.repeat(256)}`] },
    bad,
    ['Idempotency-Key'],
  ],
  ['a key with a space', { ...all({}), headers: ['Idempotency-Key: a b'] }, bad, ['Idempotency-Key']],
  [
    'two keys',
    { ...all({}), headers: ['Idempotency-Key: a', 'Idempotency-Key: b'] },
    bad,
    ['Idempotency-Key'],
  ],
  [
    'an If-Match of junk',
    { method: 'DELETE', path: `/${MISSING}`, headers: ['If-Match: junk'] },
    bad,
    ['If-Match'],
  ],
  [
    'an update of nothing',
    { method: 'PUT', path: `/${MISSING}`, body: '{}', type: JSON_TYPE },
    bad,
    ['body'],
  ],
  [
    'an update of what is not there',
    { method: 'PUT', path: `/${MISSING}`, body: '{"name":"n"}', type: JSON_TYPE },
    'NOT_FOUND',
  ],
  ['a delete of what is not there', { method: 'DELETE', path: `/${MISSING}` }, 'NOT_FOUND'],
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

describe.each(Object.entries(INPUTS))('bad input: %s', (_, inputs) => {
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

it('is a hundred at least, and every one is a kind of its own', () => {
  const whats = Object.entries(INPUTS).flatMap(([kind, inputs]) => inputs.map(([what]) => `${kind} ${what}`));
  expect(new Set(whats).size).toBe(whats.length);
  expect(whats.length).toBeGreaterThanOrEqual(100);
});

it('gives no object more than it had', () => expect(({} as { admin?: unknown }).admin).toBeUndefined());

afterAll(async () => {
  const { segments } = await listSegments({}, gateway.context());
  expect(segments, 'what bad input left behind').toEqual([]);
  await createSegment(draft(), gateway.context()); // and all goes on
});
