import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { prefersGzip } from '../http/accept.ts';
import { respond } from '../http/respond.ts';
import type { Exchange } from '../http/server.ts';

/** What the first tab holds: a tour of this API in one document, so that the token is filled in only once. */
const EXAMPLES = `# Welcome. Put your token into "Headers" below,
# then press the play button and pick an operation.

query LatestSegments {
  segments(first: 10) {
    nodes { id name criteria createdAt }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}

mutation CreateSegment {
  createSegment(
    input: {
      name: "High Spend Customers"
      criteria: "Customers who spend more than $1000 per month"
      description: "Our best customers"
    }
  ) {
    ... on CreateSegmentPayload { segment { id name } }
    ... on SegmentInvalidInput { issues { param message } }
  }
}

query FindSegments {
  segments(
    filter: { name: { contains: "spend" } }
    orderBy: { field: NAME, direction: ASC }
  ) {
    edges { cursor node { id name updatedAt } }
  }
}
`;

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

let page: Promise<{ plain: Buffer; zipped: Buffer }> | undefined;

/** GraphiQL whole: its 9 MB come from npm and not from a CDN, so it works without a network. */
export async function sendGraphiQL(exchange: Exchange): Promise<void> {
  page ??= render();
  const { plain, zipped } = await page;
  const isZipped = prefersGzip(String(exchange.request.headers['accept-encoding'] ?? ''));
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': POLICY,
    vary: 'accept, accept-encoding',
    ...(isZipped && { 'content-encoding': 'gzip' }),
  };
  respond(exchange, 200, headers, isZipped ? zipped : plain);
}

async function render() {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Segments',
    defaultTabs: [{ query: EXAMPLES, headers: HEADERS }],
    shouldPersistHeaders: false,
  });
  const plain = Buffer.from(html);
  return { plain, zipped: await promisify(gzip)(plain) };
}
