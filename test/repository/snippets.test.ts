import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const page = readFileSync('docs/clients.md', 'utf8');
/** A code block, and the link to a file above it, if there is one. */
const BLOCK = /^((?:\[`[^`]+`\]\(([^)]+)\):\n\n)?```(\w+)\n)([\s\S]*?)^```$/gm;
const blocks = [...page.matchAll(BLOCK)].map(([, , file, language, code = '']) => ({ file, language, code }));
const INSTALL = /^npm install (?:--save-dev )?(.+)$/gm;

it('docs/clients.md shows the programs that CI runs (npm run snippets copies them)', async () => {
  const current = page.replaceAll(BLOCK, (block, start: string, file?: string) =>
    file === undefined ? block : `${start}${readFileSync(join('docs', file), 'utf8')}\`\`\``,
  );
  await expect(current).toMatchFileSnapshot('../../docs/clients.md');
});

it('docs/clients.md has no other code than commands', () => {
  const others = blocks.filter(({ file }) => file === undefined);
  expect(others.map(({ language }) => language)).toEqual(others.map(() => 'sh'));
});

it('docs/clients.md installs what examples/clients uses', () => {
  const { dependencies } = JSON.parse(readFileSync('examples/clients/package.json', 'utf8'));
  const installed = blocks
    .flatMap(({ code }) => [...code.matchAll(INSTALL)])
    .flatMap(([, names = '']) => names.split(' '))
    .map((name) => name.replace(/(.)@\d+$/, '$1'));
  expect(installed).toContain('relay-runtime');
  expect(installed.filter((name) => !(name in dependencies))).toEqual([]);
});
