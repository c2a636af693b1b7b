import { pageOf, readOnly, sendPage } from '../../http/page.ts';
import type { Face } from '../../http/server.ts';
import { openApiDocument } from './document.ts';

/** Serves the document of the REST API, for which no token is needed. It is generated at the first request. */
export function openApiPage(): Face {
  let page: ReturnType<typeof pageOf> | undefined;

  return readOnly(async (exchange) => {
    page ??= pageOf(JSON.stringify(openApiDocument()));
    sendPage(exchange, await page, { 'content-type': 'application/json' });
  });
}
