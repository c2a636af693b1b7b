import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandLinePage, helpTexts } from '../../.ci/command-line.ts';
import { processes } from '../process/gateway-process.ts';

const { run, launch } = processes();

const texts = await helpTexts();

describe('docs/command-line.md', () => {
  it('has the help of every command (npm run configuration writes the page)', async () => {
    expect(readFileSync('docs/command-line.md', 'utf8')).toBe(await commandLinePage());
  });

  it.each(texts)('has what $command --help prints', async ({ command, text }) => {
    const [, ...path] = command.split(' ');
    const { code, out } = await run([...path, '--help'], {});
    expect(code).toBe(0);
    expect(out.slice(0, text.length)).toBe(text);
  });
});

const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion';

/** Asks bash to complete a command line, whose last word is incomplete. */
async function completed(words: string[]): Promise<string> {
  const script = `
    segments() { "${process.execPath}" dist/cli.js "$@"; }
    source ${BASH_COMPLETION}
    source <(segments complete bash)
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=$\{#COMP_LINE}
    "$(complete -p segments | sed 's/.*-F \\([^ ]*\\) .*/\\1/')" 2>/dev/null
    echo "$\{COMPREPLY[*]}"`;
  const { child, said } = launch(words, {}, ['bash', '-c', script, 'bash']);
  await new Promise((resolve) => child.once('close', resolve));
  return said.out.trim();
}

describe.skipIf(!existsSync(BASH_COMPLETION))('bash completes', () => {
  it.each([
    [
      ['segments', ''],
      'serve deliver migrate token config import export tail webhooks schema openapi complete help',
    ],
    [['segments', 'to'], 'token'],
    [['segments', 'token', ''], 'create list rotate revoke new help'],
    [['segments', 'token', 'create', '--'], '--account --name --scopes --expires --help'],
    [['segments', 'tail', '--a'], '--after'],
    [['segments', 'webhooks', ''], 'listen help'],
    [['segments', 'webhooks', 'listen', '--f'], '--forward'],
    [['segments', 'import', '--d'], '--dry-run'],
  ])('%j to %s', async (words, expected) => {
    expect(await completed(words)).toBe(expected);
  });
});

it('A shell shows a short description beside each command', async () => {
  const { out } = await run(['complete', '--', ''], {});
  expect(out).toContain('serve\trun the gateway\n');
  for (const line of out.split('\n')) expect(line.length).toBeLessThan(80);
});
