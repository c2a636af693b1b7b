import { isPreferred, weigh } from '../../http/accept.ts';

/** The media types of GraphQL over HTTP. With the older one, clients expect the status 200 for any GraphQL result. */
export const JSON_TYPE = 'application/json';
export const RESULT_TYPE = 'application/graphql-response+json';
/** The media type of Server-Sent Events. */
export const EVENT_TYPE = 'text/event-stream';
export type MediaType = typeof JSON_TYPE | typeof RESULT_TYPE | typeof EVENT_TYPE;

/** What a caller accepts, according to its `Accept` header. */
export interface Representation {
  /** The media type of a single result; null if the caller accepts none. A stream only if nothing else is accepted. */
  type: MediaType | null;
  /** Whether the caller prefers an HTML page, as browsers do. */
  page: boolean;
  /** Whether the caller accepts a stream of results. It must be named: clients that know nothing of streams accept anything. */
  stream: boolean;
}

const NAMED = 3;
const OFFERS = [RESULT_TYPE, JSON_TYPE, 'text/html', EVENT_TYPE];

/**
 * Reads an `Accept` header. If both media types are preferred equally, the newer one is used if it is named, and otherwise
 * the older one. A page is sent only if HTML is mentioned and preferred to a result: by weight, or by coming first.
 */
export function representationOf(accept: string): Representation {
  const [result, json, html, stream] = weigh(isBlank(accept) ? '*/*' : accept, OFFERS);
  if (!result || !json || !html || !stream) throw new TypeError('An offer has no weight.');
  const isResult = result.q === json.q ? result.specificity === NAMED : result.q > json.q;
  const best = isPreferred(json, result) ? json : result;
  const isStream = stream.q > 0 && stream.specificity === NAMED;
  const otherwise = isStream ? EVENT_TYPE : null;
  return {
    type: Math.max(result.q, json.q) === 0 ? otherwise : isResult ? RESULT_TYPE : JSON_TYPE,
    stream: isStream,
    page: html.q > 0 && html.specificity > 1 && isPreferred(html, best),
  };
}

/** An empty list counts as a missing header. */
const isBlank = (list: string): boolean => /^[\s,]*$/.test(list);
