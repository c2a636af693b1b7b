import type { Documentation, DocumentedFile } from '../documentation.ts';
import { headersNamed, referenceTo } from './components.ts';
import type { Json } from './schema-at.ts';

/** Describes a successful answer as a Response Object of OpenAPI. */
export function success({ answers, body, headers, streams, files }: Documentation): Json {
  return {
    description: answers,
    headers: headersNamed(headers),
    ...(body && {
      content: {
        'application/json': { schema: referenceTo(body) },
        ...(streams && { 'text/event-stream': STREAM }),
      },
    }),
    ...(files && {
      content: Object.fromEntries(
        Object.entries(files).map(([type, file]) => [type, fileContent(type, file)]),
      ),
    }),
  };
}

const STREAM = {
  schema: { type: 'string', description: 'Server-Sent Events. The `data` of each is an `Event`.' },
  example: 'id: 38\nevent: customer_segment.updated\ndata: {"id":"evt_00000000c0VcF6O1ofTkSFZgO", …}\n\n',
};

/** OpenAPI 3.1 cannot describe the lines of a file. The schema of its content is that of each line. */
const fileContent = (type: string, { description, example, lines }: DocumentedFile): Json => ({
  schema: {
    type: 'string',
    description,
    ...(lines && { contentMediaType: type, contentSchema: anyOf(lines.map(referenceTo)) }),
  },
  example,
});

/** OpenAPI linters refuse an alternative of one. */
const anyOf = (schemas: readonly Json[]): Json => {
  const [first, ...others] = schemas;
  return first && others.length === 0 ? first : { anyOf: schemas };
};
