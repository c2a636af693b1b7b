import { parseArgs } from 'node:util';
import { type Command, print } from './command.ts';

export const schema: Command = {
  summary: 'print the GraphQL schema',
  help: `Usage: segments schema

Prints the schema as SDL, with its Apollo Federation directives. Use it to compose a supergraph.
`,
  async run(args) {
    parseArgs({ args });
    const { printedSchema } = await import('../graphql/schema.ts');
    print(printedSchema.trimEnd());
  },
};
