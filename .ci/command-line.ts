import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { programFor } from '../src/commands/program.ts';

/** The page docs/command-line.md. */
export async function commandLinePage(): Promise<string> {
  const sections = (await helpTexts()).map(
    ({ command, text }) => `## ${command}\n\n\`\`\`text\n${text}\n\`\`\`\n`,
  );
  return `# The command line

<!-- Written by \`npm run configuration\` from src/commands. -->

In a checkout, \`npm run -s segments -- <command>\` runs a command, and \`npm start\` is \`serve\` with the [flags](decisions/v8-flags.md) for
production. Both read the file \`.env\`, if there is one. To install the program \`segments\`, run \`npm pack\` in a checkout and
\`npm install --global ./segments-gateway-*.tgz\`. It needs Node.js 24.

- **Exit codes**: 0 for success, 1 for a failure, 2 for a wrong command line or environment.
- **Output**: what you asked for is on standard output, everything else on standard error. On a terminal, lists are aligned, and the log of
  \`serve\` is for people. Otherwise lists are lines of cells that are separated by tabs, and the log is [JSON](../README.md#the-log). \`--json\` prints a
  list as one line of JSON. Control characters, such as in the name of a token, are shown as their numbers.
- **Configuration**: [variables of the environment](configuration.md). \`segments config\` shows those in force, and where each comes from.
- **Completion**: \`segments complete\` prints a script for your shell. \`segments complete --help\` says where to put it.

${sections.join('\n')}`;
}

/** The help of every command, as `--help` prints it, without the variables that that of `serve` lists. */
export async function helpTexts(): Promise<{ command: string; text: string }[]> {
  return textsOf(await programFor([], {}), 'segments');
}

function textsOf(command: Command, path: string): { command: string; text: string }[] {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 80, // that of an output that is no terminal
  });
  command.outputHelp();
  return [
    { command: path, text: text.trimEnd() },
    ...command.commands.flatMap((each) => textsOf(each, `${path} ${each.name()}`)),
  ];
}

if (import.meta.main) writeFileSync('docs/command-line.md', await commandLinePage());
