import type { GraphQLParams } from 'graphql-yoga';
import { InvalidInput, Refusal } from '../errors.ts';
import { readBody } from '../http/body.ts';
import { formFields } from '../http/fields.ts';
import { mediaTypeOf } from '../http/media-type.ts';
import type { Exchange } from '../http/server.ts';
import { unsupportedMediaType } from '../http/unsupported-media.ts';

/**
 * What is asked, as GraphQL over HTTP has it: the JSON of a POST, or the query string of a GET. A form or plain
 * text, which any web page may send in a visitor's name, is refused: UNSUPPORTED_MEDIA_TYPE.
 */
export async function paramsOf({ request, query }: Exchange): Promise<GraphQLParams> {
  if (request.method === 'GET') return queryParams(query);
  if (request.method !== 'POST') {
    throw new Refusal('METHOD_NOT_ALLOWED', 'Here work GET and POST.', { headers: { allow: 'GET, POST' } });
  }
  const { type, isUtf8 } = mediaTypeOf(request.headers['content-type']);
  if (type !== 'application/json' || !isUtf8) {
    throw unsupportedMediaType(['application/json']);
  }
  // Whatever it holds: Yoga checks each parameter's type, and refuses a list, which would be a batch.
  return parsed('body', await readBody(request));
}

function queryParams(query: string): GraphQLParams {
  const { variables, extensions, ...others } = formFields(query);
  return {
    ...others,
    ...(variables !== undefined && { variables: parsed('variables', variables) }),
    ...(extensions !== undefined && { extensions: parsed('extensions', extensions) }),
  };
}

function parsed(param: string, text: unknown) {
  try {
    return JSON.parse(String(text));
  } catch {
    throw new InvalidInput([{ param, message: 'must be JSON' }]);
  }
}
