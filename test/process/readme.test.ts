import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { processes, SEGMENTS } from './gateway-process.ts';

const { serve, temporaryFolder } = processes();
const execute = promisify(execFile);

/** The sections whose shell lines are pasted one after the other. */
const SECTIONS = ['Run it', 'Call it', 'Manage tokens'];
/** The address in the README. It is replaced by that of the gateway, which listens on any free port. */
const ADDRESS = 'http://127.0.0.1:4000';
/** What `npm start` needs from the project. */
const NEEDED = ['package.json', 'node_modules', 'src', 'drizzle'];

/** What is pasted at once: lines up to a blank one. If the README shows JSON as the response, `shown` is that. */
interface Step {
  command: string;
  shown?: unknown;
}

/** The shell lines of the sections, in order. */
function stepsOf(readme: string): Step[] {
  const steps: Step[] = [];
  const sections = readme
    .split(/^## /m)
    .filter((text) => SECTIONS.some((title) => text.startsWith(`${title}\n`)));
  expect(sections).toHaveLength(SECTIONS.length);
  for (const [, language, code = ''] of sections.join('').matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)) {
    const last = steps.at(-1);
    if (language === 'sh') steps.push(...code.split('\n\n').map((command) => ({ command })));
    if (language === 'json' && last) last.shown = JSON.parse(code);
  }
  return steps;
}

/** Runs all commands in one new shell. Returns what each of them printed, and the exit code of its last line. */
async function paste(commands: string[], folder: string) {
  const script = commands.map((command) => `${command}\nprintf '\\036%s\\036' "$?"`).join('\n');
  const { stdout } = await execute('sh', ['-c', script], { cwd: folder, env: { PATH: process.env.PATH } });
  const parts = stdout.split('\x1e');
  return commands.map((_, i) => ({ out: (parts[2 * i] ?? '').trim(), code: parts[2 * i + 1] }));
}

/** The requests in the log: method, path and status. */
const requestsIn = (log: string): string[] =>
  [...log.matchAll(/^\{.*"msg":"request"\}$/gm)]
    .map(([line]) => JSON.parse(line))
    .map(({ method, path, status }) => `${method} ${path} ${status}`);

/** npm and Node.js are started several times, which takes minutes on a slow machine. This only ends a test that hangs. */
const timeout = 900_000;

it('The shell lines of the README, pasted in order, return the responses that it shows', {
  timeout,
}, async () => {
  const [install, ...steps] = stepsOf(readFileSync('README.md', 'utf8'));
  expect(install?.command).toBe('npm ci && npm start');

  // In a new folder, so that `.data` is new. `npm ci` is left out: the packages are already installed.
  const folder = temporaryFolder();
  for (const each of NEEDED) symlinkSync(resolve(each), join(folder, each));
  const gateway = await serve({}, ['sh', '-c', 'cd "$0" && exec npm start', folder]);

  const commands = steps.map(({ command }) => command.replaceAll(ADDRESS, gateway.url));
  const answers = await paste(commands, folder);
  expect(answers.map(({ code }) => code)).toEqual(steps.map(() => '0'));
  const [empty, api, create, retrieve, update, list, after, remove, key, twice, graphql, ...tokens] =
    answers.map(({ out }) => out);
  const shown = steps.flatMap((step) => (step.shown === undefined ? [] : [step.shown]));
  const [shownEmpty, shownCreated, shownGraphql] = shown;

  expect(JSON.parse(empty ?? '')).toEqual(shownEmpty);
  expect([api, key]).toEqual(['', '']);
  const created = JSON.parse(create ?? '');
  const generated = {
    id: expect.stringMatching(/^\w{16}$/),
    created_at: expect.any(Number),
    updated_at: created.created_at,
  };
  expect(created).toEqual({ ...Object(shownCreated), ...generated });
  expect(JSON.parse(retrieve ?? '')).toEqual(created);
  const updated = JSON.parse(update ?? '');
  expect(updated).toMatchObject({ id: created.id, name: 'Low Spend Customers' });
  expect(JSON.parse(list ?? '')).toEqual({ has_more: false, data: [updated] });
  expect(JSON.parse(after ?? '')).toEqual({ has_more: false, data: [] });
  expect(remove).toMatch(/^HTTP\/1.1 204 /);
  expect(twice?.match(/HTTP\/1.1 201 /g)).toHaveLength(2);
  expect(twice?.match(/^idempotent-replayed: true/gm)).toHaveLength(1);
  expect(JSON.parse(graphql ?? '')).toEqual(shownGraphql);
  expect(tokens).toEqual([
    expect.stringMatching(/^sgw_\w+$/),
    expect.stringMatching(/\tacme\tbackend\t/),
    expect.stringMatching(/^sgw_\w+$/),
    expect.stringMatching(/^Revoked /),
  ]);

  expect(await gateway.end()).toBe(0);
  const segment = `${SEGMENTS}/${created.id}`;
  expect(requestsIn(gateway.said().out)).toEqual([
    `GET ${SEGMENTS} 200`,
    `POST ${SEGMENTS} 201`,
    `GET ${segment} 200`,
    `PUT ${segment} 200`,
    `GET ${SEGMENTS} 200`,
    `GET ${SEGMENTS} 200`,
    `DELETE ${segment} 204`,
    `POST ${SEGMENTS} 201`,
    `POST ${SEGMENTS} 201`,
    'POST /graphql 200',
  ]);
});
