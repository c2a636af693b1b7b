import { preferring } from '../http/accept.ts';
import { htmlHeaders, pageOf, readOnly, sendPage } from '../http/page.ts';
import { respond } from '../http/respond.ts';
import type { Face } from '../http/server.ts';
import { htmlOf, POLICY } from './html.ts';
import { linksOf } from './links.ts';

const NOT_FOR_ROBOTS = 'User-agent: *\nDisallow: /\n';

const prefersHtml = preferring('text/html', 'application/json');

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
  const html = pageOf(htmlOf(links));
  const json = pageOf(JSON.stringify(index));
  const robots = pageOf(NOT_FOR_ROBOTS);

  return readOnly(async (exchange) => {
    const { path, request } = exchange;
    // The HTML page contains its icon. Browsers request this one when they show JSON.
    if (path === '/favicon.ico') respond(exchange, 204, { 'cache-control': 'max-age=86400' });
    else if (path === '/robots.txt') sendPage(exchange, await robots, { 'content-type': 'text/plain' });
    else if (prefersHtml(request.headers.accept)) sendPage(exchange, await html, HTML_HEADERS, VARY);
    else sendPage(exchange, await json, { 'content-type': 'application/json' }, VARY);
  });
}

const VARY = 'accept, ';
const HTML_HEADERS = htmlHeaders(POLICY);
