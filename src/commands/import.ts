import { type Command, Option } from 'commander';
import { type FileFormat, formatOption } from './file-format.ts';
import { addGatewayOptions, type GatewayOptions } from './gateway/chosen-gateway.ts';

/** Adds `import`. */
export function addImport(program: Command, environment: NodeJS.ProcessEnv): void {
  const command = program
    .command('import')
    .summary('create and replace segments from a file')
    .description(
      'Creates a segment for each line of a file, or replaces it if the line has its id. If the connection is cut, it continues by itself. If the command is stopped, the same command continues, and doubles nothing.',
    )
    .argument('<file>', 'the file, or - for standard input');
  addGatewayOptions(command)
    .addOption(formatOption())
    .option('--dry-run', 'check every line, and write nothing')
    .addOption(
      new Option('--on-error <what>', 'what happens after a line that fails (default: continue)').choices([
        'continue',
        'stop',
      ]),
    )
    .option('--failures <file>', 'where the lines that failed are written (default: beside the file)')
    .option('--new', 'begin anew, instead of continuing an import that was not completed')
    .option('--key <key>', 'the idempotency key, instead of one that is kept beside the file')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', AFTER)
    .action(async (file: string, options: ImportOptions) => {
      const { importFile } = await import('./import/import.ts');
      await importFile(file, options, environment);
    });
}

/** The options as they were given. */
export interface ImportOptions extends GatewayOptions {
  format?: FileFormat;
  dryRun?: true;
  onError?: 'continue' | 'stop';
  failures?: string;
  new?: true;
  key?: string;
  json?: true;
}

const AFTER = `
Lines that failed are written to segments.failures.csv (for segments.csv), which can be corrected and
imported. Until an import is complete, its idempotency key is in segments.csv.import.json. It is valid for
24 hours. In a file that is imported again with its key, only lines that failed may be different.

Environment:
  SEGMENTS_TOKEN    a token of the account with the scope segments:write
  SEGMENTS_URL      the gateway

Exit codes: 0 if every line was imported, 1 otherwise, 2 for a wrong command line or environment.`;
