import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { announcesTooMuch } from './body.ts';
import { answerClientError } from './client-error.ts';
import { requestTargetOf, WHOLE_SERVER } from './request-target.ts';
import { respond } from './respond.ts';
import { type TraceContext, traceContextOf } from './trace-context.ts';
import { isEnding } from './unread-body.ts';

/** One request and its answer, as the server hands them to a face. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** The target's path, and what follows its `?`: see `requestTargetOf`. */
  path: string;
  query: string;
  requestId: string;
  /** Headers that the answer bears besides its face's own. */
  headers: Record<string, string>;
  /** The trace that it belongs to; for the log. */
  trace?: TraceContext | undefined;
  /** Whose request it turned out to be, by which token, and what it asked for; for the log. */
  accountId?: string | undefined;
  tokenId?: string | undefined;
  operation?: string;
}

/** A way in. It answers every exchange it is given, and settles when it has. */
export type Face = (exchange: Exchange) => Promise<void>;

interface Options {
  /** Which face serves a path. */
  route(path: string): Face;
  /** Told once of each exchange, when it is over. */
  onEnd(exchange: Exchange, milliseconds: number): void;
  /** A face that failed to answer: its caller gets a bare 500. */
  onFault(fault: unknown, exchange: Exchange): void;
}

/** Slow senders are cut off; a connection outlives the idle time of the usual load balancers (60 s). */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/** An id that a caller may give (`X-Request-Id`), to follow a request through several systems. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** One server for all faces, and how many requests it is at. */
export function httpServer({ route, onEnd, onFault }: Options) {
  let inFlight = 0;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (isEnding(request.socket)) return void request.socket.destroy();
    const start = performance.now();
    const exchange = exchangeOf(request, response);
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
      onEnd(exchange, performance.now() - start);
    });
    const face = isAboutServer(exchange) ? aboutServer : route(exchange.path);
    face(exchange).catch((fault) => {
      onFault(fault, exchange);
      if (response.headersSent) response.end();
      else respond(exchange, 500, {});
    });
  };
  const server = createServer(LIMITS, answer);
  server.on('clientError', answerClientError);
  // Who asks before sending a body is told to go on, unless it is larger than any may be.
  server.on('checkContinue', (request, response) => {
    if (!announcesTooMuch(request)) response.writeContinue();
    answer(request, response);
  });
  return { server, inFlight: () => inFlight };
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const given = request.headers['x-request-id'];
  return {
    request,
    response,
    ...requestTargetOf(request.method, request.url),
    requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID(),
    headers: {},
    trace: traceContextOf(request.headers),
  };
}

const isAboutServer = ({ request, path }: Exchange): boolean =>
  path === WHOLE_SERVER && request.method === 'OPTIONS';

/** `OPTIONS *`: that the server answers, and the methods that some resource of it has. */
const aboutServer: Face = async (exchange) =>
  respond(exchange, 204, { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' });

const DRAIN_POLL_MS = 20;

/** Stops accepting, lets what is in flight be answered for at most `patience` milliseconds, then cuts the rest. */
export async function drain(server: Server, patience: number): Promise<void> {
  // A connection whose answer is being written becomes idle only after it: look again until all are gone.
  const sweep = setInterval(() => server.closeIdleConnections(), DRAIN_POLL_MS);
  const cut = setTimeout(() => server.closeAllConnections(), patience);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(sweep);
  clearTimeout(cut);
}
