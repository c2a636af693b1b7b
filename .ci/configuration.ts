import { writeFileSync } from 'node:fs';
import { type Description, describeVariables } from '../src/config/describe.ts';

/** The page docs/configuration.md. */
export function configurationPage(): string {
  const sections = describeVariables().map(({ title, variables }) =>
    [`## ${title}`, '', HEAD, ...variables.map(rowOf)].join('\n'),
  );
  return `# Configuration

<!-- Written by \`npm run configuration\` from src/config/variables. -->

Environment variables configure the gateway. None is required. An empty variable counts as not set.

If a value is wrong, the gateway prints a line for each wrong variable and exits with code 2. The line says what the variable must be, and
shows what it is unless it may contain a secret. \`segments serve --help\` prints a summary of this page.

${sections.join('\n\n')}
`;
}

const HEAD = '| variable | value | default | description |\n|---|---|---|---|';

function rowOf({ name, form, summary, details, preset, unset }: Description): string {
  const otherwise = preset === undefined ? (unset ?? 'unset') : `\`${preset}\``;
  return `| \`${name}\` | ${form} | ${otherwise} | ${[`${summary}.`, details].filter(Boolean).join(' ')} |`;
}

if (import.meta.main) writeFileSync('docs/configuration.md', configurationPage());
