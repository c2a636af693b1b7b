import { downloadsOf } from '../../http/download.ts';
import { htmlHeaders, type Page, pageOf } from '../../http/page.ts';
import type { Face } from '../../http/server.ts';
import { htmlOf, type PageContents } from './graphiql-html.ts';

/** The page is a single document. This policy prevents it from exchanging any data with other origins. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob: data:",
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  'worker-src blob: data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves GraphiQL. The whole page of 9 MB comes from an npm package and not from a CDN, so it works without a network. All
 * downloads share the same buffer. A browser that has the page gets a 304. Throws UNAVAILABLE if too many are running.
 */
export function graphiqlPage(contents: PageContents): Face {
  const send = downloadsOf('GraphiQL');
  let rendered: Promise<Page> | undefined;

  return async (exchange) => {
    exchange.place?.leave(); // the page is rendered once, so there is no work to do for the request
    rendered ??= htmlOf(contents).then(pageOf);
    send(exchange, await rendered, HEADERS_OF_PAGE, 'accept, ');
  };
}

const HEADERS_OF_PAGE = htmlHeaders(POLICY);
