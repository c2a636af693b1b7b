import { isPreferred, weigh } from '../../http/accept.ts';

/** The media types of GraphQL over HTTP. Under the older one, a client takes a status of 200 for "it is GraphQL". */
export const JSON_TYPE = 'application/json';
export const RESULT_TYPE = 'application/graphql-response+json';
export type MediaType = typeof JSON_TYPE | typeof RESULT_TYPE;

/** What a caller can read, by its `Accept` header. */
export interface Representation {
  /** The media type of a result; null where it can read neither. */
  type: MediaType | null;
  /** Whether it would rather have a page, as a browser does. */
  page: boolean;
}

const NAMED = 3;
const OFFERS = [RESULT_TYPE, JSON_TYPE, 'text/html'];

/**
 * Reads an `Accept` header. Of two types that are wanted equally, the newer one is sent if it is named; a client that
 * takes anything gets the older one. Nor is it sent a page: HTML has to be mentioned, and wanted more than a result, or
 * as much and first.
 */
export function representationOf(accept: string): Representation {
  const [result, json, html] = weigh(isBlank(accept) ? '*/*' : accept, OFFERS);
  if (!result || !json || !html) throw new TypeError('An offer has no weight.');
  const isResult = result.q === json.q ? result.specificity === NAMED : result.q > json.q;
  const best = isPreferred(json, result) ? json : result;
  return {
    type: Math.max(result.q, json.q) === 0 ? null : isResult ? RESULT_TYPE : JSON_TYPE,
    page: html.q > 0 && html.specificity > 1 && isPreferred(html, best),
  };
}

/** An empty list names nothing, so it says as little as no header. */
const isBlank = (list: string): boolean => /^[\s,]*$/.test(list);
