import { hash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { prefersGzip } from './accept.ts';
import type { Exchange } from './exchange.ts';
import { respond } from './respond.ts';
import type { Face } from './server.ts';

/** A body that is the same for everybody, as it is and compressed, and its entity tag. */
export interface Page {
  plain: Buffer;
  zipped: Buffer;
  etag: string;
  /** How long a browser can use it without asking whether it has changed. If omitted, it asks each time. */
  cacheControl?: string;
}

/** Compresses a text, and returns it as a page. */
export async function pageOf(text: string): Promise<Page> {
  const plain = Buffer.from(text);
  return { plain, zipped: await promisify(gzip)(plain), etag: etagOf(plain) };
}

/** Returns a text that is already compressed as a page. */
export async function unzippedPage(zipped: Buffer): Promise<Page> {
  const plain = await promisify(gunzip)(zipped);
  return { plain, zipped, etag: etagOf(plain) };
}

const etagOf = (plain: Buffer): string => hash('sha256', plain, 'base64url').slice(0, 22);

interface Variant {
  body: Buffer;
  headers: OutgoingHttpHeaders;
  /** Whether the caller has it. The answer is then a 304 with the same headers. */
  isKnown: boolean;
}

/** Returns the variant of a page that a caller prefers. */
export function variantFor(
  { request }: Exchange,
  { plain, zipped, etag, cacheControl = 'no-cache' }: Page,
  vary = '',
): Variant {
  const { 'accept-encoding': accepted = '', 'if-none-match': known } = request.headers;
  const isZipped = prefersGzip(String(accepted));
  const tag = isZipped ? `"${etag}-gzip"` : `"${etag}"`;
  const isKnown = known === tag;
  return {
    body: isZipped ? zipped : plain,
    headers: {
      'cache-control': cacheControl,
      vary: `${vary}accept-encoding`,
      etag: tag,
      ...(isZipped && !isKnown && { 'content-encoding': 'gzip' }),
    },
    isKnown,
  };
}

/** Sends a page with these headers, or a 304 to a caller who has it. */
export function sendPage(exchange: Exchange, page: Page, given: OutgoingHttpHeaders, vary?: string): void {
  const { body, headers, isKnown } = variantFor(exchange, page, vary);
  exchange.isShared = true;
  if (isKnown) respond(exchange, 304, headers);
  else respond(exchange, 200, { ...headers, ...given }, body);
}

/** The headers of an HTML page with this Content-Security-Policy. No other site can show the page in a frame. */
export const htmlHeaders = (policy: string): OutgoingHttpHeaders => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
});

/** Restricts a face to GET and HEAD. Other methods are answered with 405. */
export const readOnly =
  (face: Face): Face =>
  async (exchange) => {
    const { method } = exchange.request;
    if (method === 'GET' || method === 'HEAD') return face(exchange);
    respond(exchange, 405, { allow: 'GET, HEAD' });
  };
