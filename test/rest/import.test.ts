import { describe, expect, it } from 'vitest';
import { rest, restAt } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { received, sendRaw } from '../hostile/socket.ts';
import { until } from '../until.ts';
import { beginImport, CSV, importFile, lineOf, linesWith, NDJSON } from './transfer.ts';

const gateway = testGateway();

/** Lists the names of an account, again if the machine is too slow for it at the moment. */
const namesOf = async (as: 'ada' | 'bob'): Promise<string[]> => {
  const { status, body } = await rest(gateway, '?limit=100', { as });
  if (status === 503) return namesOf(as);
  return body.data.map(({ name }: { name: string }) => name).toSorted();
};
const create = async (given: object = {}, as: 'ada' | 'bob' = 'ada') =>
  (await rest(gateway, '', { method: 'POST', body: { ...draft(), ...given }, as })).body;

describe('An import over REST', () => {
  it('answers with a result for each line, then a summary', async () => {
    const { id } = await create({ name: 'before' });
    const file = [
      lineOf({ name: 'new' }),
      '\n',
      lineOf({ id, name: 'after' }),
      lineOf({ id, name: 'after' }),
      lineOf({ name: '' }),
      'nonsense\n',
    ];
    const { status, headers, results, summary } = await importFile(gateway, file.join(''));
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      NDJSON,
      'no-store',
    ]);
    expect(results).toEqual([
      { line: 1, status: 'created', id: expect.stringMatching(/^\w{16}$/) },
      { line: 3, status: 'updated', id },
      { line: 4, status: 'unchanged', id },
      {
        line: 5,
        status: 'failed',
        code: 'INVALID_INPUT',
        errors: [{ param: 'name', message: expect.any(String) }],
      },
      {
        line: 6,
        status: 'failed',
        code: 'INVALID_INPUT',
        errors: [{ param: '', message: expect.any(String) }],
      },
    ]);
    expect(summary).toEqual({ created: 1, updated: 1, unchanged: 1, failed: 2, complete: true });
  });

  it('accepts CSV', async () => {
    const file = 'description,name,criteria\r\n,"one, two",c\r\n,,c\r\n';
    const { results, summary } = await importFile(gateway, file, { type: CSV });
    expect(results).toMatchObject([
      { line: 2, status: 'created' },
      { line: 3, status: 'failed', errors: [{ param: 'name' }] },
    ]);
    expect(summary).toMatchObject({ created: 1, failed: 1, complete: true });
    expect(await namesOf('ada')).toContain('one, two');
  });

  it('accepts a file without lines', async () => {
    const { results, summary } = await importFile(gateway, '');
    expect(results).toEqual([]);
    expect(summary).toEqual({ created: 0, updated: 0, unchanged: 0, failed: 0, complete: true });
  });

  it('creates nothing twice with the same key, and tries lines that failed again', async () => {
    const headers = { 'idempotency-key': '"a-file"' };
    const first = await importFile(gateway, lineOf({ name: 'once' }) + lineOf({ name: '' }), { headers });
    const second = await importFile(gateway, lineOf({ name: 'once' }) + lineOf({ name: 'fixed' }), {
      headers,
    });
    expect(second.results).toMatchObject([
      { line: 1, id: first.results[0].id },
      { line: 2, status: 'created' },
    ]);
    expect((await namesOf('ada')).filter((name: string) => name === 'once' || name === 'fixed')).toEqual([
      'fixed',
      'once',
    ]);
  });

  it('notes the codes of failed lines in the log', async () => {
    gateway.logged.length = 0;
    await importFile(gateway, lineOf({ name: '' }));
    await until(() =>
      gateway.logged.some(({ operation }) => operation === 'POST /v1/customer-segments/import'),
    );
    expect(gateway.logged).toMatchObject([{ status: 200, code: 'INVALID_INPUT' }]);
  });
});

describe('A dry run over REST', () => {
  it('writes nothing, and says what the import then does', async () => {
    const { id } = await create({ name: 'before the dry run' }, 'bob');
    const same = await create({ name: 'same' }, 'bob');
    const file = [
      lineOf(),
      lineOf({ id, name: 'changed' }),
      `${JSON.stringify(same)}\n`,
      lineOf({ criteria: 5 }),
    ];
    const dry = await importFile(gateway, file.join(''), { as: 'bob', query: '?dry_run=true' });
    expect(await namesOf('bob')).toEqual(['before the dry run', 'same']);
    const real = await importFile(gateway, file.join(''), { as: 'bob', query: '?dry_run=false' });
    expect(dry.summary).toEqual(real.summary);
    expect(dry.results).toEqual(
      real.results.map(({ id, ...rest }, i) => (i === 0 ? rest : { ...rest, ...(id && { id }) })),
    );
    expect(dry.summary).toEqual({ created: 1, updated: 1, unchanged: 1, failed: 1, complete: true });
  });
});

describe('With on_error=stop, an import', () => {
  it('ends after the first line that failed', async () => {
    const file = lineOf({ name: 'kept' }) + lineOf({ name: '' }) + lineOf({ name: 'not imported' });
    const { results, summary } = await importFile(gateway, file, { query: '?on_error=stop' });
    expect(results).toMatchObject([
      { line: 1, status: 'created' },
      { line: 2, status: 'failed' },
    ]);
    expect(summary).toEqual({ created: 1, updated: 0, unchanged: 0, failed: 1, complete: false });
    expect(await namesOf('ada')).not.toContain('not imported');
  });

  it('answers while the rest of the file is being sent, and closes the connection then', async () => {
    const upload = beginImport(gateway, { query: '?on_error=stop' });
    upload.send(lineOf({ name: '' }));
    expect(await upload.next()).toMatchObject({ line: 1, status: 'failed' });
    upload.send(linesWith(50_000));
    upload.end();
    expect(await upload.next()).toMatchObject({ failed: 1, complete: false });
    expect(await upload.next()).toBeUndefined();
    expect(upload.request.reusedSocket).toBe(false);
    expect(upload.request.shouldKeepAlive).toBe(false);
    await until(() => gateway.uploads.count() === 0);
  });
});

describe('An import that cannot begin is answered with a problem', () => {
  const file = lineOf();
  it.each<[string, number, string, Parameters<typeof importFile>[2] & { body?: string }]>([
    ['a type that is not supported', 415, 'UNSUPPORTED_MEDIA_TYPE', { type: 'application/json' }],
    ['a content encoding', 415, 'UNSUPPORTED_MEDIA_TYPE', { headers: { 'content-encoding': 'gzip' } }],
    ['no scope', 403, 'FORBIDDEN', { as: 'reader' }],
    ['a dry run that is neither true nor false', 400, 'INVALID_INPUT', { query: '?dry_run=maybe' }],
    ['something else to do after an error', 400, 'INVALID_INPUT', { query: '?on_error=ignore' }],
    ['a parameter that is not known', 400, 'INVALID_INPUT', { query: '?dryRun=true' }],
    ['a parameter that is repeated', 400, 'INVALID_INPUT', { query: '?dry_run=true&dry_run=true' }],
    ['a key that is not valid', 400, 'INVALID_INPUT', { headers: { 'idempotency-key': 'a b' } }],
    ['a precondition that fails', 412, 'PRECONDITION_FAILED', { headers: { 'if-none-match': '*' } }],
    [
      'a column that is not known',
      400,
      'INVALID_INPUT',
      { type: CSV, body: 'name,kriteria,description\r\na,b,c\r\n' },
    ],
  ])('for %s', async (_, status, code, { body = file, ...options }) => {
    const before = await namesOf('ada');
    const answer = await importFile(gateway, body, options);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(answer.body.code).toBe(code);
    expect(await namesOf('ada')).toEqual(before);
  });

  it('for a line that is too long, if it is the first', async () => {
    const { status, body } = await importFile(gateway, lineOf({ name: 'x'.repeat(140_000) }));
    expect([status, body.errors]).toEqual([
      400,
      [{ param: 'lines.1', message: expect.stringContaining('131,072') }],
    ]);
  });

  it('for a request without a token', async () => {
    const options = { method: 'POST', body: file, as: null, headers: { 'content-type': NDJSON } };
    expect((await rest(gateway, '/import', options)).status).toBe(401);
  });

  it('for another method', async () => {
    const { status, headers } = await rest(gateway, '/import');
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    const options = await restAt(gateway, '/v1/customer-segments/import', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST']);
  });

  it('for a third import of the same account', async () => {
    const uploads = [beginImport(gateway), beginImport(gateway)];
    for (const upload of uploads) upload.send(lineOf());
    await until(() => gateway.uploads.count() === 2);
    const third = await importFile(gateway, file);
    expect([third.status, third.body.code, third.headers.get('retry-after')]).toEqual([
      429,
      'RATE_LIMITED',
      '5',
    ]);
    expect((await importFile(gateway, file, { as: 'bob' })).status).toBe(200);
    for (const upload of uploads) {
      upload.end();
      while (await upload.next());
    }
  });

  it('before the file is sent, if the client waits for that', async () => {
    const head = (type: string) =>
      [
        'POST /v1/customer-segments/import HTTP/1.1',
        'Host: x',
        `Authorization: ${gateway.authorization('ada').authorization}`,
        `Content-Type: ${type}`,
        'Content-Length: 1000000000',
        'Expect: 100-continue',
      ].join('\r\n');
    const answer = received(await sendRaw(gateway.url, `${head('text/html')}\r\n\r\n`));
    expect(answer.status).toBe(415);
  });
});

describe('Imports of two accounts', () => {
  it('never change a segment of the other, even if they name its id', async () => {
    const theirs = await create({ name: 'of Bob' }, 'bob');
    const { results } = await importFile(gateway, lineOf({ id: theirs.id, name: 'of Ada' }));
    expect(results).toEqual([{ line: 1, status: 'created', id: theirs.id }]);
    expect((await rest(gateway, `/${theirs.id}`, { as: 'bob' })).body).toEqual(theirs);
    expect((await rest(gateway, `/${theirs.id}`)).body).toMatchObject({
      name: 'of Ada',
      created_at: theirs.created_at,
    });
  });

  it('can have the same key', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const [ada, bob] = await Promise.all([
      importFile(gateway, lineOf({ name: 'a' }), { headers }),
      importFile(gateway, lineOf({ name: 'b' }), { headers, as: 'bob' }),
    ]);
    expect([ada?.summary.created, bob?.summary.created]).toEqual([1, 1]);
  });
});
