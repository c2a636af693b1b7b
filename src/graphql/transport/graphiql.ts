import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Unavailable } from '../../errors/refusals.ts';
import { shares } from '../../fairness/shares.ts';
import { prefersGzip } from '../../http/accept.ts';
import { networkOf } from '../../http/network.ts';
import { respond } from '../../http/respond.ts';
import type { Face } from '../../http/server.ts';

const HEADERS = JSON.stringify({ Authorization: 'Bearer <your token>' }, null, 2);

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

/** Max downloads of the page at the same time, in total and for each address. */
const MAX_SENDS = { total: 32, each: 16 };
/** Max duration of a download. 20 KB a second are fast enough. */
const MAX_SEND_MS = 120_000;

/** The initial contents of the page. */
export interface PageContents {
  title: string;
  /** The text of the first tab. */
  query: string;
}

interface Page {
  plain: Buffer;
  zipped: Buffer;
  etag: string;
}

/**
 * Serves GraphiQL. The whole page of 9 MB comes from an npm package and not from a CDN, so it works without a network. All
 * downloads share the same buffer. A browser that has the page gets a 304. Throws UNAVAILABLE if too many are running.
 */
export function graphiqlPage(contents: PageContents): Face {
  const sends = shares<string>(MAX_SENDS);
  let rendered: Promise<Page> | undefined;

  return async (exchange) => {
    exchange.place?.leave(); // the page is rendered once, so there is no work to do for the request
    rendered ??= render(contents);
    const { plain, zipped, etag } = await rendered;
    const { request, response } = exchange;
    const common = { 'cache-control': 'no-cache', vary: 'accept, accept-encoding' };
    const isZipped = prefersGzip(String(request.headers['accept-encoding'] ?? ''));
    const tag = isZipped ? `"${etag}-gzip"` : `"${etag}"`;
    if (request.headers['if-none-match'] === tag) return respond(exchange, 304, { ...common, etag: tag });

    if (response.closed) return; // the caller has closed the connection

    const network = networkOf(request.socket.remoteAddress);
    if (!sends.take(network)) {
      throw new Unavailable('not_applied', {
        message: 'Too many downloads of GraphiQL are in progress. Try again in a moment.',
      });
    }
    const late = setTimeout(() => response.destroy(), MAX_SEND_MS);
    response.once('close', () => {
      clearTimeout(late);
      sends.giveBack(network);
    });
    exchange.isShared = true;
    const headers = {
      ...HEADERS_OF_PAGE,
      ...common,
      etag: tag,
      ...(isZipped && { 'content-encoding': 'gzip' }),
    };
    respond(exchange, 200, headers, isZipped ? zipped : plain);
  };
}

const HEADERS_OF_PAGE = {
  'content-type': 'text/html; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': POLICY,
};

async function render(page: PageContents): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: page.title,
    defaultTabs: [{ query: page.query, headers: HEADERS }],
    shouldPersistHeaders: false,
  });
  const plain = Buffer.from(html);
  const etag = hash('sha256', plain, 'base64url').slice(0, 22);
  return { plain, zipped: await promisify(gzip)(plain), etag };
}
