import { parseArgs } from 'node:util';
import { type Command, print } from './command.ts';

export const schema: Command = {
  summary: 'print the GraphQL schema',
  help: `Usage: segments schema [--client]

Prints the schema as SDL, with its Apollo Federation directives. Use it to compose a supergraph.

Options:
  --client  print the schema for clients, without Federation. Use it to generate code.
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { client: { type: 'boolean' } } });
    const sdl = values.client
      ? (await import('../graphql/client-schema.ts')).printedClientSchema
      : (await import('../graphql/schema.ts')).printedSchema;
    print(sdl.trimEnd());
  },
};
