import type { OutgoingHttpHeaders } from 'node:http';
import { Unavailable } from '../errors/refusals.ts';
import { shares } from '../fairness/shares.ts';
import type { Exchange } from './exchange.ts';
import { networkOf } from './network.ts';
import { type Page, sendPage, variantFor } from './page.ts';

/** Max downloads of a page at the same time, in total and for each address. */
const MAX_DOWNLOADS = { total: 32, each: 16 };
/** Max duration of a download. 20 KB a second are fast enough. */
const MAX_DOWNLOAD_MS = 120_000;

/** Sends a page like `sendPage`. Throws UNAVAILABLE if too many downloads of it are in progress. */
export type SendDownload = (
  exchange: Exchange,
  page: Page,
  given: OutgoingHttpHeaders,
  vary?: string,
) => void;

/** Returns the function that sends a page of megabytes. Its downloads are counted, and cut off if they take too long. */
export function downloadsOf(name: string): SendDownload {
  const running = shares<string>(MAX_DOWNLOADS);

  return (exchange, page, given, vary) => {
    const { request, response } = exchange;
    if (response.closed) return; // the caller has closed the connection
    if (variantFor(exchange, page, vary).isKnown) return sendPage(exchange, page, given, vary);

    const network = networkOf(request.socket.remoteAddress);
    if (!running.take(network)) {
      const message = `Too many downloads of ${name} are in progress. Try again in a moment.`;
      throw new Unavailable('not_applied', { message });
    }
    const late = setTimeout(() => response.destroy(), MAX_DOWNLOAD_MS);
    response.once('close', () => {
      clearTimeout(late);
      running.giveBack(network);
    });
    sendPage(exchange, page, given, vary);
  };
}
