import { pageOf, variantFor } from '../../http/page.ts';
import { respond } from '../../http/respond.ts';
import type { Face } from '../../http/server.ts';
import { openApiDocument } from './document.ts';

/** Serves the document of the REST API, for which no token is needed. It is generated at the first request. */
export function openApiPage(): Face {
  let page: ReturnType<typeof pageOf> | undefined;

  return async (exchange) => {
    const { method = '' } = exchange.request;
    if (method !== 'GET' && method !== 'HEAD') return respond(exchange, 405, { allow: 'GET, HEAD' });
    page ??= pageOf(JSON.stringify(openApiDocument()));
    const { body, headers, isKnown } = variantFor(exchange, await page);
    if (isKnown) return respond(exchange, 304, headers);
    exchange.isShared = true;
    respond(exchange, 200, { ...headers, 'content-type': 'application/json' }, body);
  };
}
