import type { IncomingMessage } from 'node:http';
import type { GraphQLParams } from 'graphql-yoga';
import { InvalidInput } from '../../errors/invalid-input.ts';
import { Refusal } from '../../errors/refusals.ts';
import { charged } from '../../fairness/loop-time.ts';
import { MAX_BODY, readBody } from '../../http/body.ts';
import type { Exchange } from '../../http/exchange.ts';
import { formFields } from '../../http/fields.ts';
import { mediaTypeOf } from '../../http/media-type.ts';
import { unsupportedMediaType } from '../../http/unsupported-media.ts';
import { MAX_LONG_BODY, parsedLong } from './long-params.ts';

/** The known parameters of a request. All others are ignored, because a client, a proxy or a later draft may use them. */
const NAMES = ['query', 'operationName', 'variables', 'extensions', 'documentId'] as const;
const KNOWN: ReadonlySet<string> = new Set(NAMES);

/** Bodies up to this many characters are parsed in microseconds and are not timed. */
const SHORT = 4 * 1024;

/** Whether a request can only read. Its parameters are in the query string, and mutations are refused. */
export const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/**
 * Reads the parameters of a request as GraphQL over HTTP defines them: from the JSON body of a POST, or from the query
 * string of a GET. Null counts as omitted, and so does an empty value in a query string. Yoga checks the types. Throws
 * UNSUPPORTED_MEDIA_TYPE for a form or plain text, because any web page can make a browser send these. The body of a stranger can
 * have 64 KiB, that of others 1 MiB.
 */
export async function paramsOf(
  exchange: Exchange,
  { isStranger }: { isStranger: boolean },
): Promise<GraphQLParams> {
  const { request, query } = exchange;
  if (isRead(request)) return queryParams(query);
  if (request.method !== 'POST') {
    throw new Refusal('METHOD_NOT_ALLOWED', 'Method not allowed. Use GET, HEAD or POST.', {
      headers: { allow: 'GET, HEAD, POST' },
    });
  }
  const { type, isUtf8 } = mediaTypeOf(request.headers['content-type']);
  if (type !== 'application/json' || !isUtf8) {
    throw unsupportedMediaType(['application/json']);
  }
  const text = await readBody(exchange, isStranger ? {} : { maxBytes: MAX_LONG_BODY });
  const parse = () => {
    const read = () => parsed('body', text);
    return text.length > MAX_BODY ? parsedLong(text, read) : read();
  };
  const body = text.length > SHORT ? charged(exchange.loop, parse) : parse();
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidInput([{ param: 'body', message: 'must be a JSON object' }]);
  }
  return given(body);
}

function queryParams(query: string): GraphQLParams {
  const { variables, extensions, ...others } = formFields(query, { known: KNOWN });
  const fields: Record<string, unknown> = {
    ...others,
    variables: variables && parsed('variables', variables),
    extensions: extensions && parsed('extensions', extensions),
  };
  for (const name of NAMES) if (fields[name] === '') fields[name] = undefined;
  return given(fields);
}

/** The known parameters that have a value. */
export function given(fields: Readonly<Partial<Record<string, unknown>>>): GraphQLParams {
  const params: Record<string, unknown> = {};
  for (const name of NAMES) {
    const value = fields[name];
    if (value !== undefined && value !== null) params[name] = value;
  }
  return params;
}

function parsed(param: string, text: unknown) {
  try {
    return JSON.parse(String(text));
  } catch {
    throw new InvalidInput([{ param, message: 'must be JSON' }]);
  }
}
