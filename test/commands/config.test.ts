import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { type Environment, processes, TOKEN } from '../process/gateway-process.ts';

const { run, serve, temporaryFolder } = processes();

describe.concurrent('segments config', () => {
  it('prints each variable, where its value comes from, and the value, without secrets', async () => {
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, `${TOKEN}\n`);
    const environment = { PORT: '5', API_TOKEN_FILE: secret, JWT_ISSUER: '' };
    const { code, out, err } = await run(['config'], environment);
    expect([code, err]).toEqual([0, '']);
    const lines = out.split('\n');
    expect(lines[0]).toBe('variable\tfrom\tvalue');
    expect(lines).toContain('PORT\tenvironment\t5');
    expect(lines).toContain('HOST\tdefault\t127.0.0.1');
    expect(lines).toContain('DATABASE_URL\tdefault\t(an embedded Postgres in DATA_DIR)');
    expect(lines).toContain(`API_TOKEN\t${secret}\t(hidden)`);
    expect(out).not.toContain(TOKEN);
  });

  it('prints JSON with --json', async () => {
    const { out } = await run(['config', '--json'], { PORT: '5', API_TOKEN: TOKEN });
    const settings = JSON.parse(out);
    expect(settings[0]).toEqual({ name: 'PORT', value: '5', from: 'environment' });
    expect(settings).toContainEqual({ name: 'API_TOKEN', value: '(hidden)', from: 'environment' });
    expect(settings).toContainEqual({ name: 'DATABASE_URL', value: null, from: 'default' });
    expect(out.match(/\n/g)).toHaveLength(1);
  });

  it('does not send control characters to the terminal', async () => {
    const { out } = await run(['config'], {
      JWT_JWKS_URL: 'https://a/b',
      JWT_ISSUER: '\u001b[2J\n',
      JWT_AUDIENCE: 'x',
    });
    expect(out).toContain('JWT_ISSUER\tenvironment\t\\u{1b}[2J\\u{a}\n');
  });

  it('mentions variables that look misspelt', async () => {
    const { code, err } = await run(['config'], { DATABSE_URL: 'hidden' });
    expect([code, err]).toEqual([
      0,
      'DATABSE_URL is not a variable of the gateway. Did you mean DATABASE_URL?\n',
    ]);
  });

  it('is refused as serve would be', async () => {
    const operations = join(temporaryFolder(), 'operations.json');
    writeFileSync(operations, JSON.stringify({ typo: '{ segmnts { nodes { id } } }' }));
    const wrong: Environment[] = [
      { PORT: 'x', API_TOKEN_FILE: 'nowhere', LOG_LEVL: 'x' },
      { PERSISTED_OPERATIONS: operations },
    ];
    for (const environment of wrong) {
      const refused = await run(['serve'], environment);
      expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/\n$/) });
      expect(await run(['config'], environment)).toEqual(refused);
    }
  });
});

it('The log of serve mentions variables that look misspelt, without their values', async () => {
  const database = await makeDatabase();
  const gateway = await serve({ DATABASE_URL: database.url, JWT_AUDIANCE: 'hidden' });
  await gateway.end();
  const { out } = gateway.said();
  expect(out).toMatch(/^\{"level":40,.*"variable":"JWT_AUDIANCE","nearest":"JWT_AUDIENCE",.*\}$/m);
  expect(out).not.toContain('hidden');
  await database.drop();
});

it('A gateway takes its secrets from files', async () => {
  const database = await makeDatabase();
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'url'), `${database.url}\n`);
  writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
  const gateway = await serve({
    DATABASE_URL_FILE: join(folder, 'url'),
    API_TOKEN_FILE: join(folder, 'token'),
  });
  expect((await gateway.send('/v1/customer-segments')).status).toBe(200);
  await gateway.end();
  await database.drop();
});
