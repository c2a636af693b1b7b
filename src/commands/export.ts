import type { Command } from 'commander';
import { type FileFormat, formatOption } from './file-format.ts';
import { addGatewayOptions, type GatewayOptions } from './gateway/chosen-gateway.ts';

/** Adds `export`. */
export function addExport(program: Command, environment: NodeJS.ProcessEnv): void {
  const command = program
    .command('export')
    .summary('write the segments of an account to a file')
    .description(
      'Writes the segments of an account to a file, oldest first, as they were at one moment. The file appears under its name when it is complete.',
    )
    .argument('[file]', 'the file (default: standard output)');
  addGatewayOptions(command)
    .addOption(formatOption())
    .option('--name <text>', 'only segments with exactly this name')
    .option('--criteria <text>', 'only segments with exactly these criteria')
    .option('--member <customer>', 'only segments with this customer as a member')
    .option('--force', 'replace the file if it exists')
    .option('--json', 'print the summary as JSON on standard output')
    .addHelpText('after', AFTER)
    .action(async (file: string | undefined, options: ExportOptions) => {
      const { exportToFile } = await import('./export/export.ts');
      await exportToFile(file, options, environment);
    });
}

/** The options as they were given. */
export interface ExportOptions extends GatewayOptions {
  format?: FileFormat;
  name?: string;
  criteria?: string;
  member?: string;
  force?: true;
  json?: true;
}

const AFTER = `
Environment:
  SEGMENTS_TOKEN    a token of the account with the scope segments:read, and members:read for --member
  SEGMENTS_URL      the gateway

Exit codes: 0 if everything was written, 1 otherwise, 2 for a wrong command line or environment.`;
