import type { Command } from 'commander';

/** Adds `config`. */
export function addConfig(program: Command, environment: NodeJS.ProcessEnv): void {
  program
    .command('config')
    .summary('print the configuration in force')
    .description(
      'Prints each variable, its value, and where the value comes from: the default, the environment or a file. Secrets are hidden. If serve would refuse the configuration, prints the same errors and exits with code 2.',
    )
    .option('--json', 'print a JSON array')
    .action(async ({ json }: { json?: true }) => {
      const { printConfig } = await import('./config/print-config.ts');
      await printConfig(environment, json === true);
    });
}
