import { type IncomingHttpHeaders, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const FORM = 'application/x-www-form-urlencoded';
const LIMIT = 64 * 1024;

/** Sends raw bytes, chunked or with their length, and returns the response. The gateway may not read all of them. */
function send(path: string, type: string | undefined, bytes: Buffer, { chunked = false, headers = {} } = {}) {
  return new Promise<{ status: number; body: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const call = request(`${gateway.url}${path}`, {
      method: 'POST',
      agent: false,
      headers: {
        ...gateway.authorization('ada'),
        ...(type && { 'content-type': type }),
        ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes.length }),
        ...headers,
      },
    });
    call.once('response', async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
    });
    call.once('error', reject);
    call.end(bytes);
  });
}

const create = (type: string | undefined, body: string | Buffer, options = {}) =>
  send('/v1/customer-segments', type, Buffer.from(body), options);

describe('a JSON body', () => {
  it('may start with a byte order mark (RFC 8259, section 8.1)', async () => {
    const json = JSON.stringify(draft());
    for (const body of [json, `\uFEFF${json}`]) {
      expect((await create('application/json', body)).status).toBe(201);
    }
  });

  it.each([
    ['that is incomplete', '{"name":'],
    ['with a trailing comma', '{"name":"n",}'],
    ['with a comment', '{} // x'],
    ['with single quotes', "{'name':'n'}"],
    ['that is a list', '[]'],
    ['that is a string', '"name"'],
    ['that is null', 'null'],
    ['nested ten thousand levels deep', '['.repeat(10_000)],
    ['that is empty', ''],
  ])('%s is refused', async (_, text) => {
    const { status, body } = await create('application/json', text);
    expect([status, JSON.parse(body).errors]).toEqual([
      400,
      [{ param: 'body', message: 'must be a JSON object' }],
    ]);
  });

  it.each([
    ['a duplicate property', '{"name":"a","criteria":"c","description":"","name":"b"}', 'name'],
    [
      'a duplicate property that is escaped once',
      '{"name":"a","criteria":"c","description":"","n\\u0061me":"b"}',
      'name',
    ],
    ['a duplicate property with a quotation mark', '{"x\\"":1,"x\\"":2}', 'x"'],
  ])('with %s is refused', async (_, text, param) => {
    expect(JSON.parse((await create('application/json', text)).body).errors).toEqual([
      { param, message: 'must not be given more than once' },
    ]);
  });

  it('may contain what looks like a duplicate property in its values', async () => {
    const body = JSON.stringify(draft({ criteria: '{"name":1,"name":2}', description: '"name":' }));
    expect((await create('application/json', body)).status).toBe(201);
  });

  it.each(['__proto__', 'constructor', 'toString'])('cannot use the name %s', async (name) => {
    const { body } = await create('application/json', `{"${name}":{"name":"n"}}`);
    expect(JSON.parse(body).errors).toContainEqual({ param: name, message: 'is not a recognised parameter' });
  });

  it.each([['5'], ['true'], ['null'], ['[]'], ['{}']])('with %s as the name is refused', async (value) => {
    const { body } = await create('application/json', `{"name":${value},"criteria":"c","description":""}`);
    expect(JSON.parse(body).errors).toMatchObject([
      { param: 'name', message: expect.stringMatching(/^must be a string/) },
    ]);
  });
});

describe('a form', () => {
  it.each([
    ['a&b', ['a', 'b']],
    ['=x', ['']],
    ['name=n&name=m', ['name']],
    ['name=%C3%28', ['name']],
    ['%ff=x', ['body']],
    ['__proto__=1', ['__proto__']],
    ['name[]=n', ['name[]']],
  ])('of %j is refused with the parameters %j', async (text, params) => {
    const issues: { param: string; message: string }[] = JSON.parse((await create(FORM, text)).body).errors;
    expect(issues.filter(({ message }) => message !== 'is required').map(({ param }) => param)).toEqual(
      params,
    );
  });

  it('decodes + as a space and %2B as a plus sign', async () => {
    const { status, body } = await create(FORM, 'name=a+b&criteria=1%2B1&&description=');
    expect([status, JSON.parse(body)]).toMatchObject([201, { name: 'a b', criteria: '1+1' }]);
  });
});

describe.each([
  ['/v1/customer-segments', FORM, LIMIT],
  ['/graphql', 'application/json', 1024 * 1024], // for many entries
])('a body for %s', (path, type, limit) => {
  it.each([
    [false, limit],
    [true, LIMIT],
  ])('over the limit is refused (chunked: %s)', async (chunked, max) => {
    const { status, body } = await send(path, type, Buffer.alloc(max + 1, 'x'), { chunked });
    expect([status, body]).toEqual([413, expect.stringContaining('PAYLOAD_TOO_LARGE')]);
  });

  it('of 64 KiB is not too large', async () => {
    expect((await send(path, type, Buffer.alloc(LIMIT, 'x'), { chunked: true })).status).toBe(400);
  });

  it('that is not UTF-8 is refused', async () => {
    const { status, body } = await send(path, type, Buffer.from([0x6e, 0x3d, 0xc3, 0x28]));
    expect([status, body]).toEqual([400, expect.stringContaining('must be UTF-8')]);
  });

  it.each(['gzip', 'identity, gzip', 'x'])(
    'with Content-Encoding %s is refused with Accept-Encoding: identity',
    async (coding) => {
      const { status, headers } = await send(path, type, Buffer.from('x'), {
        headers: { 'content-encoding': coding },
      });
      expect([status, headers['accept-encoding']]).toEqual([415, 'identity']);
    },
  );

  it.each(['identity', 'Identity', 'IDENTITY', '', ' ', 'identity,identity'])(
    'with Content-Encoding %j is read',
    async (coding) => {
      const sent = { headers: { 'content-encoding': coding } };
      const { status } = await send(
        path,
        type,
        Buffer.from(path === '/graphql' ? '{"query":"{__typename}"}' : ''),
        sent,
      );
      expect(status).toBe(path === '/graphql' ? 200 : 400);
    },
  );
});

describe('a content type', () => {
  it.each([
    [undefined, 415],
    ['text/plain', 415],
    ['text/xml', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json; charset=utf-16', 415],
    ['Application/JSON ; Charset="UTF-8"', 201],
  ])('of %s is answered with %i', async (type, status) => {
    expect((await create(type, JSON.stringify(draft()))).status).toBe(status);
  });
});

describe('a 415', () => {
  const REST_TYPES = 'application/json, application/x-www-form-urlencoded';
  const PATCH_TYPES = `application/merge-patch+json, ${REST_TYPES}`;

  it.each([
    ['POST', '', REST_TYPES, null],
    ['PUT', '/0000000000000000', REST_TYPES, null],
    ['PATCH', '/0000000000000000', PATCH_TYPES, PATCH_TYPES],
  ])('to %s %j names the accepted content types', async (method, path, accept, acceptPatch) => {
    const type = method === 'PATCH' ? 'application/json-patch+json' : 'application/merge-patch+json';
    const { status, headers } = await rest(gateway, path, {
      method,
      body: '{}',
      headers: { 'content-type': type },
    });
    expect([status, headers.get('accept'), headers.get('accept-patch')]).toEqual([415, accept, acceptPatch]);
  });

  it('to a GraphQL request names the accepted content type', async () => {
    const { status, headers } = await send('/graphql', 'text/plain', Buffer.from('{}'));
    expect([status, headers.accept]).toEqual([415, 'application/json']);
  });
});

describe('a merge patch (RFC 7396)', () => {
  const patch = async (body: string) => {
    const { id } = (await rest(gateway, '', { method: 'POST', body: draft() })).body;
    const headers = { 'content-type': 'application/merge-patch+json' };
    return rest(gateway, `/${id}`, { method: 'PATCH', body, headers });
  };

  it('changes the properties that it contains', async () => {
    const { status, body } = await patch('{"name":"changed"}');
    expect([status, body]).toMatchObject([200, { ...draft(), name: 'changed' }]);
  });

  it.each(['{"name":null}', '[]', 'null', '{"other":1}'])('that is invalid is refused: %s', async (body) => {
    expect((await patch(body)).status).toBe(400);
  });
});

it('After all these bodies, the gateway answers, and has logged no fault', async () => {
  expect((await rest(gateway)).status).toBe(200);
  expect((await graphql(gateway, '{ __typename }')).status).toBe(200);
  expect(gateway.logged.filter(({ msg, requestId }) => msg === 'fault' && requestId)).toEqual([]);
});
