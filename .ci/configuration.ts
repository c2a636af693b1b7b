import { writeFileSync } from 'node:fs';
import { type Description, describeVariables } from '../src/config/describe.ts';

/** The page docs/configuration.md. */
export function configurationPage(): string {
  const sections = describeVariables().map(({ title, variables }) =>
    [`## ${title}`, '', HEAD, ...variables.map(rowOf)].join('\n'),
  );
  return `# Configuration

<!-- Written by \`npm run configuration\` from src/config/variables. -->

Environment variables configure the gateway. None is required. An empty variable counts as not set. \`segments config\` prints what is in
force, and \`segments serve --help\` a summary of this page.

If a value is wrong, the gateway prints a line for each wrong variable and exits with code 2. The line says what the variable must be, and
shows what it is unless it may contain a secret. A variable that looks like a misspelt one of the gateway is mentioned in the log.

A secret can be in a file: with \`API_TOKEN_FILE=/run/secrets/api_token\`, the content of that file is the \`API_TOKEN\`, without the line end.
The table has the name of each such variable. The file must not be empty or larger than 16 KiB. It is read when the gateway starts.

\`npm start\` and \`npm run segments\` also read the file \`.env\`, if there is one in the same folder. Variables that are already set are not
changed by it. The image and an installed \`segments\` do not read it.

${sections.join('\n\n')}
`;
}

const HEAD = '| variable | value | default | description |\n|---|---|---|---|';

function rowOf({ name, form, summary, details, preset, unset, secret }: Description): string {
  const otherwise = preset === undefined ? (unset ?? 'unset') : `\`${preset}\``;
  const file = secret === 'none' ? undefined : `\`${name}_FILE\` is the path of a file that contains it.`;
  return `| \`${name}\` | ${form} | ${otherwise} | ${[`${summary}.`, file, details].filter(Boolean).join(' ')} |`;
}

if (import.meta.main) writeFileSync('docs/configuration.md', configurationPage());
