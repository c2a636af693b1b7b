import { RESOURCES } from '../routes.ts';
import { HEADERS, schemaComponents } from './components.ts';
import { operationObject } from './operation-object.ts';
import type { Responses } from './refusals.ts';
import type { Json } from './schema-at.ts';
import { webhookMessages } from './webhook-messages.ts';

const DESCRIPTION = `Customer segments are named groups of a company's customers, such as "High Spend Customers".

- Send a token with every request: \`Authorization: Bearer <token>\`.
- Bodies are JSON or forms, in UTF-8, and have up to 64 KiB. Lists of customers and files of segments can have any size. Unknown and repeated parameters are refused by
  name. A field of a body can be in the query instead.
- An error is a problem (RFC 9457). Its \`code\` is for programs, its \`detail\` for people.
- A read accepts \`If-None-Match\`, and every request accepts \`If-Match\` (RFC 9110, section 13). Only a single segment has an \`ETag\`.
- \`HEAD\` works wherever \`GET\` does, and \`OPTIONS\` lists the methods of a path. Other methods are answered with 405, and other paths with 404.
- A request that cannot be read as HTTP is answered without a body: 400, 408 (too slow), 413, 414 (path too long), 417 or 431 (headers too large).
- New properties can be added to responses, and new values of \`code\` and \`type\`, so ignore what you do not know.`;

const TAGS: Record<keyof typeof RESOURCES, string> = {
  Segments: 'Create, read, change and delete segments.',
  Members: 'Which customers are in a segment, and in which segments a customer is.',
  Events: 'What changed, in order and without gaps.',
  Webhooks: 'Where events are sent, and the result of each delivery.',
};

/** Returns the OpenAPI 3.1 document of the REST API. It follows from the table of operations and the schemas that serve requests. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  const responses: Responses = new Map();
  for (const [tag, resources] of Object.entries(RESOURCES)) {
    for (const [path, methods] of Object.entries(resources)) {
      paths[path.replaceAll(/:(\w+)/g, '{$1}')] = Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method.toLowerCase(),
          operationObject(method, tag, operation, responses),
        ]),
      );
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'segments-gateway',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The gateway that serves this document' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: webhookMessages('Webhooks'),
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API token, or a JWT of the trusted issuer.',
        },
      },
      headers: HEADERS,
      responses: Object.fromEntries(responses),
      schemas: schemaComponents(),
    },
  };
}

/** The document as text. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
