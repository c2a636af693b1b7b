import { symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { processes, TOKEN } from './gateway-process.ts';

const { serve, launch, temporaryFolder } = processes();

/** A checkout with a `.env` of its own. */
function checkoutWith(variables: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const each of ['package.json', 'node_modules', 'src', 'drizzle', 'dist'])
    symlinkSync(resolve(each), join(folder, each));
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
  return folder;
}

/** Runs a command in a folder until it ends. */
async function runIn(folder: string, command: string, environment: Record<string, string>) {
  const { child, said } = launch([], environment, ['sh', '-c', `cd "$0" && exec ${command}`, folder]);
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...said };
}

it('npm start reads .env, but does not change a variable that is set', async () => {
  const database = await makeDatabase();
  const folder = checkoutWith({ DATABASE_URL: database.url, API_TOKEN: TOKEN, PORT: '1' });
  const gateway = await serve({ PORT: '0' }, ['sh', '-c', 'cd "$0" && exec npm start', folder]);
  expect((await gateway.send('/v1/customer-segments')).status).toBe(200);
  await gateway.end();
  await database.drop();
});

it('npm run segments reads .env, and errors name it', async () => {
  const folder = checkoutWith({ PORT: '5' });
  const { out } = await runIn(folder, 'npm run -s segments -- config', {});
  expect(out).toContain('\nPORT\t.env\t5\n');
  const wrong = checkoutWith({ PORT: 'x' });
  expect(await runIn(wrong, 'npm run -s segments -- config', {})).toMatchObject({
    code: 2,
    err: 'PORT (in .env) must be a whole number from 0 to 65535; it is "x".\n',
  });
});

it('The bundle does not read .env', async () => {
  const folder = checkoutWith({ PORT: '5' });
  const { out } = await runIn(folder, `"${process.execPath}" dist/cli.js config`, {});
  expect(out).toContain('\nPORT\tdefault\t4000\n');
});
