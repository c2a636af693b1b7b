import type { Command } from 'commander';
import { print } from './output.ts';

/** Adds `schema`. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the GraphQL schema')
    .description(
      'Prints the schema as SDL, with its Apollo Federation directives. Use it to compose a supergraph.',
    )
    .option('--client', 'print the schema for clients, without Federation. Use it to generate code.')
    .action(async ({ client }: { client?: boolean }) => {
      const sdl = client
        ? (await import('../graphql/client-schema.ts')).printedClientSchema
        : (await import('../graphql/schema.ts')).printedSchema;
      print(sdl.trimEnd());
    });
}
