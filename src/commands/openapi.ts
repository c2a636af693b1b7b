import type { Command } from 'commander';
import { print } from './output.ts';

/** Adds `openapi`. */
export function addOpenapi(program: Command): void {
  program
    .command('openapi')
    .summary('print the OpenAPI document of the REST API')
    .description(
      'Prints the OpenAPI 3.1 document as JSON. Use it to generate clients. A gateway serves the same document at /openapi.json.',
    )
    .action(async () => {
      const { openApiText } = await import('../rest/openapi/document.ts');
      print(openApiText().trimEnd());
    });
}
