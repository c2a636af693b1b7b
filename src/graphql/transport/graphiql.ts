import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Unavailable } from '../../errors/refusals.ts';
import { prefersGzip } from '../../http/accept.ts';
import { networkOf } from '../../http/network.ts';
import { respond } from '../../http/respond.ts';
import type { Face } from '../../http/server.ts';
import { shares } from '../../http/shares.ts';

const HEADERS = JSON.stringify({ Authorization: 'Bearer <your token>' }, null, 2);

/** The page is one document: whatever it did, it could load nothing from elsewhere and send nothing there. */
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

/** How many may be sent the page at once, and how many of them at one address. */
const MAX_SENDS = { total: 32, each: 16 };
/** How long sending it may take: at 20 KB a second it arrives. */
const MAX_SEND_MS = 120_000;

/** What the page shows. */
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
 * GraphiQL whole: its 9 MB come from npm and not from a CDN, so it works without a network. All who are sent it share its
 * bytes; a browser that has it is told so (304). Throws UNAVAILABLE while too many are being sent it.
 */
export function graphiqlPage(contents: PageContents): Face {
  const sends = shares<string>(MAX_SENDS);
  let rendered: Promise<Page> | undefined;

  return async (exchange) => {
    exchange.place?.leave(); // it is rendered once, and then only sent
    rendered ??= render(contents);
    const { plain, zipped, etag } = await rendered;
    const { request, response } = exchange;
    const common = { 'cache-control': 'no-cache', vary: 'accept, accept-encoding' };
    const isZipped = prefersGzip(String(request.headers['accept-encoding'] ?? ''));
    const tag = isZipped ? `"${etag}-gzip"` : `"${etag}"`;
    if (request.headers['if-none-match'] === tag) return respond(exchange, 304, { ...common, etag: tag });

    if (response.closed) return; // whoever asked has left meanwhile

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
