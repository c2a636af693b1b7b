import { once } from 'node:events';
import { expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { processes, TOKEN } from './gateway-process.ts';
import { hasScript, onTerminal } from './terminal.ts';

const { launch, begin, run } = processes();

it.skipIf(!hasScript())('segments token list has aligned columns on a terminal', async () => {
  const database = await makeDatabase();
  const environment = { DATABASE_URL: database.url };
  await run(['token', 'create', '--name', '\u001b[2J'], environment);
  const { child, said } = launch([], environment, onTerminal('token list'));
  await once(child, 'close');
  const [head = '', row = ''] = said.out.split('\r\n');
  expect(head).toMatch(/^ID {2,}ACCOUNT {2}NAME {2,}SCOPES {2,}CREATED {2,}EXPIRES {2}STATE {2}LAST USED$/);
  expect(row.indexOf('\\u{1b}[2J')).toBe(head.indexOf('NAME'));
  expect(row.indexOf('live')).toBe(head.indexOf('STATE'));
  await database.drop();
});

it.skipIf(!hasScript()).each([
  [{}, /INFO.*: .*listening/],
  [{ NO_COLOR: '1' }, /^\[[\d:.]+\] INFO: listening \{"url":"http:/m],
  [{ LOG_FORMAT: 'json' }, /^\{"level":30,.*"msg":"listening"\}/m],
])('With %j, the log of segments serve on a terminal is for its reader', async (given, expected) => {
  const database = await makeDatabase();
  const environment: Record<string, string> = { DATABASE_URL: database.url, API_TOKEN: TOKEN, ...given };
  const { child, said } = launch([], { PORT: '0', TERM: 'xterm', ...environment }, onTerminal('serve'));
  await expect.poll(() => said.out).toMatch(expected);
  expect(said.out.includes('\u001b[')).toBe(Object.keys(given).length === 0);
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
  await database.drop();
});

it('LOG_FORMAT=pretty writes for people where there is no terminal, without colours', async () => {
  const database = await makeDatabase();
  const { child, said, running } = begin({ DATABASE_URL: database.url, LOG_FORMAT: 'pretty' });
  await Promise.race([running, expect.poll(() => said.out).toMatch(/^\[[\d:.]+\] INFO: listening \{/m)]);
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
  expect(said.out).toMatch(/INFO: stopped\n$/);
  await database.drop();
});
