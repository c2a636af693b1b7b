import { Unavailable } from '../../errors/refusals.ts';
import { downloadsOf } from '../../http/download.ts';
import { htmlHeaders, type Page, pageOf, readOnly, sendPage, unzippedPage } from '../../http/page.ts';
import { respond } from '../../http/respond.ts';
import type { Face } from '../../http/server.ts';
import { problem } from '../problem.ts';
import { htmlOf, POLICY } from './html.ts';
import { zippedScript } from './script.ts';

const PAGE = '/docs';
const SCRIPT = /^\/docs\/scalar-[\w-]+\.js$/;

/** The paths of the reference page and of its script. */
export const isReference = (path: string): boolean => path === PAGE || SCRIPT.test(path);

/** Serves the reference page of the REST API, for which no token is needed. Nothing of it is loaded before the first request. */
export function referencePage(): Face {
  const sendScript = downloadsOf('the reference page');
  let loaded: ReturnType<typeof load> | undefined;

  return readOnly(async (exchange) => {
    loaded ??= load();
    const { page, script, path } = await loaded;
    if (exchange.path === PAGE) return sendPage(exchange, page, HEADERS_OF_PAGE);
    // During an upgrade, a page can ask for the script of another version. It gets this one, but does not keep it.
    const cacheControl = exchange.path === path ? 'public, max-age=31536000, immutable' : 'no-cache';
    try {
      sendScript(exchange, { ...script, cacheControl }, HEADERS_OF_SCRIPT);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const { status, headers, body } = problem(error, exchange.requestId);
      respond(exchange, status, headers ?? {}, JSON.stringify(body));
    }
  });
}

async function load(): Promise<{ page: Page; script: Page; path: string }> {
  const script = await unzippedPage(await zippedScript());
  const path = `/docs/scalar-${script.etag}.js`;
  return { page: await pageOf(htmlOf(path)), script, path };
}

const HEADERS_OF_PAGE = htmlHeaders(POLICY);
const HEADERS_OF_SCRIPT = {
  'content-type': 'text/javascript; charset=utf-8',
  'x-content-type-options': 'nosniff',
};
