import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import { catalogue } from '../../errors/catalogue.ts';
import { Refusal } from '../../errors/refusals.ts';
import type { ExchangeEnded } from '../../observation.ts';
import type { TracedRequest } from '../../tracing.ts';
import { recordedPath } from '../path.ts';

/* The names are those of OpenTelemetry's semantic conventions. */

/** Methods that a name of a span can contain. */
const METHODS: ReadonlySet<string> = new Set('GET HEAD POST PUT PATCH DELETE OPTIONS WS'.split(' '));

/** Returns the method if it is one of a few, because callers can send rare ones. */
export const methodOf = ({ method = '' }: TracedRequest): string | undefined =>
  METHODS.has(method) ? method : undefined;

/** Describes a request when it begins. It has no query and no headers, because they contain personal data and secrets. */
export const attributesOf = (request: TracedRequest): Attributes => ({
  ...(request.method === 'WS'
    ? { 'network.protocol.name': 'websocket' }
    : { 'http.request.method': methodOf(request) ?? '_OTHER', 'url.scheme': 'http' }),
  'url.path': recordedPath(request.path),
});

/**
 * Returns the route that served a request: that of REST, or the path itself if it is one of the few that were found otherwise.
 * Undefined if nothing was found, because callers can invent any number of paths.
 */
export function routeOf(
  { method, path }: TracedRequest,
  { operation, status }: Pick<ExchangeEnded, 'operation' | 'status'>,
): string | undefined {
  const [, route] = / (\/.*)/.exec(operation ?? '') ?? [];
  if (route !== undefined) return route;
  const isFound = (method === 'GET' || method === 'HEAD') && status !== 'aborted' && status < 400;
  return operation !== undefined || isFound ? path : undefined;
}

const STATUS: ReadonlyMap<string, number> = new Map(
  Object.entries(catalogue).map(([code, { status }]) => [code, status]),
);

/** Marks a span as failed. An error of the caller has a type, but only one of the gateway has the status ERROR. */
export function markFailed(span: Span, code: string): void {
  span.setAttribute('error.type', code);
  if ((STATUS.get(code) ?? 400) >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Marks a span as failed by an error that was thrown. Its message is not recorded, because it can contain data. */
export function markThrown(span: Span, error: unknown): void {
  if (error instanceof Refusal) markFailed(span, error.code);
  else span.setAttribute('error.type', typeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
}

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
