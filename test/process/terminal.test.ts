import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { processes } from './gateway-process.ts';

const { launch, run } = processes();

/** Whether there is the `script` of util-linux, which runs a program on a terminal of its own. */
function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version']).includes('util-linux');
  } catch {
    return false;
  }
}

const onTerminal = (command: string) => [
  'script',
  '-qefc',
  `"${process.execPath}" dist/cli.js ${command}`,
  '/dev/null',
];

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
