import { Unavailable } from '../../errors/refusals.ts';
import { shares } from '../../fairness/shares.ts';
import { networkOf } from '../../http/network.ts';
import { type Page, pageOf, variantFor } from '../../http/page.ts';
import { respond } from '../../http/respond.ts';
import type { Face } from '../../http/server.ts';

const PLACE_OF_TOKEN = '<your token>';
const TEMPLATE = JSON.stringify({ Authorization: `Bearer ${PLACE_OF_TOKEN}` }, null, 2);

/** Stands for the headers that the page begins with, in the options that are written into it. */
const INITIAL_HEADERS = 'initial headers';

/**
 * A script that runs before GraphiQL. If the fragment of the address has a token (`#token=…`), the script fills in the Authorization
 * header and removes the token from the address bar and the history. Browsers do not send fragments to the server. The browser keeps
 * headers for the next visit only if the user enables that in the settings.
 */
const BEFORE = `{
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token) {
    history.replaceState(null, '', location.pathname + location.search);
    window.initialHeaders = ${JSON.stringify(TEMPLATE)}.replace('${PLACE_OF_TOKEN}', () => token);
  }
  const setting = 'graphiql:shouldPersistHeaders';
  if (localStorage.getItem(setting) === null) localStorage.setItem(setting, 'false');
}`;

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
    const { body, headers, isKnown } = variantFor(exchange, await rendered, 'accept, ');
    const { request, response } = exchange;
    if (isKnown) return respond(exchange, 304, headers);
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
    respond(exchange, 200, { ...HEADERS_OF_PAGE, ...headers }, body);
  };
}

const HEADERS_OF_PAGE = {
  'content-type': 'text/html; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': POLICY,
};

const VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">';

async function render(page: PageContents): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: page.title,
    defaultTabs: [{ query: page.query }],
    headers: TEMPLATE,
    defaultEditorToolsVisibility: 'headers',
    ...{ initialHeaders: INITIAL_HEADERS }, // a property of GraphiQL, to which Yoga's page passes it on
  });
  return pageOf(
    html
      .replace('<head>', () => `<head>${VIEWPORT}<script>${BEFORE}</script>`)
      .replace(JSON.stringify(INITIAL_HEADERS), () => 'window.initialHeaders'),
  );
}
