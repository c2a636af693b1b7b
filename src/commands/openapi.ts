import { parseArgs } from 'node:util';
import { type Command, print } from './command.ts';

export const openapi: Command = {
  summary: 'print the OpenAPI document of the REST API',
  help: `Usage: segments openapi

Prints the OpenAPI 3.1 document as JSON. Use it to generate clients. A gateway serves the same document at /openapi.json.
`,
  async run(args) {
    parseArgs({ args });
    const { openApiText } = await import('../rest/openapi/document.ts');
    print(openApiText().trimEnd());
  },
};
