import { isPreferred, remembered, weigh } from '../http/accept.ts';
import { pageOf, variantFor } from '../http/page.ts';
import { respond } from '../http/respond.ts';
import type { Face } from '../http/server.ts';
import { htmlOf, POLICY } from './html.ts';
import { linksOf } from './links.ts';

const NOT_FOR_ROBOTS = 'User-agent: *\nDisallow: /\n';

const preference = remembered((header) => {
  const [html, json] = weigh(header, ['text/html', 'application/json']);
  return { isHtml: !!html && !!json && html.q > 0 && isPreferred(html, json) };
});

/** The paths that the front door serves. */
export const isFrontDoor = (path: string): boolean =>
  path === '/' || path === '/robots.txt' || path === '/favicon.ico';

/** Tells visitors without a token what the gateway serves: a page for browsers, JSON for others. */
export function frontDoor(open: { graphiql: boolean }): Face {
  const links = linksOf(open);
  const index = {
    name: 'segments-gateway',
    links: Object.fromEntries(links.map(({ name, path }) => [name, path])),
  };
  const pages = {
    html: pageOf(htmlOf(links)),
    json: pageOf(JSON.stringify(index)),
    robots: pageOf(NOT_FOR_ROBOTS),
  };
  const variants = {
    html: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
    json: { 'content-type': 'application/json' },
    robots: { 'content-type': 'text/plain' },
  };

  return async (exchange) => {
    const { method = '', headers: given } = exchange.request;
    if (method !== 'GET' && method !== 'HEAD') return respond(exchange, 405, { allow: 'GET, HEAD' });
    // Pages name their icon. A browser that shows JSON asks for this one.
    if (exchange.path === '/favicon.ico') return respond(exchange, 204, { 'cache-control': 'max-age=86400' });
    const isHtml = preference(given.accept ?? '').isHtml;
    const name = exchange.path === '/robots.txt' ? 'robots' : isHtml ? 'html' : 'json';
    const { body, headers, isKnown } = variantFor(exchange, await pages[name], 'accept, ');
    if (isKnown) respond(exchange, 304, headers);
    else respond(exchange, 200, { ...headers, ...variants[name] }, body);
  };
}
