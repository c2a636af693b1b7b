import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { ExchangeEnded, Observe } from '../observation.ts';
import { answerClientError } from './client-error.ts';
import { connectionTurns } from './connection-turns.ts';
import { limitConnections } from './connections.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { WHOLE_SERVER } from './request-target.ts';
import { respond } from './respond.ts';
import { isEnding } from './unread-body.ts';
import { unsentAnswers } from './unsent.ts';

/** A way in. It answers every exchange it is given, and settles when it has. */
export type Face = (exchange: Exchange) => Promise<void>;

interface Options {
  /** Which face serves a path. */
  route(path: string): Face;
  /** Told once of each exchange, when it is over, and of each face that failed to answer: its caller gets a bare 500. */
  observe: Observe;
  /** How many connections one address may have open. */
  maxConnectionsPerAddress: number;
}

/** Slow senders are cut off; a connection outlives the idle time of the usual load balancers (60 s). */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/** One server for all faces. */
export function httpServer({ route, observe, maxConnectionsPerAddress }: Options) {
  const unsent = unsentAnswers();
  const inTurn = connectionTurns();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (isEnding(request.socket)) return void request.socket.destroy();
    const start = performance.now();
    const exchange = exchangeOf(request, response, unsent.watch);
    response.once('close', () => observe(endOf(exchange, performance.now() - start)));
    const face = isAboutServer(exchange) ? aboutServer : route(exchange.path);
    const leave = () => exchange.place?.leave(); // also of a caller that is gone and was not answered
    face(exchange).then(leave, (error) => {
      observe({ kind: 'fault', error, requestId: exchange.requestId });
      if (response.headersSent) response.end();
      else respond(exchange, 500, {});
      leave();
    });
  };
  const queue = (request: IncomingMessage, response: ServerResponse) =>
    inTurn(request.socket, response, () => answer(request, response));
  const server = createServer(LIMITS, queue);
  limitConnections(server, maxConnectionsPerAddress, observe);
  server.on('clientError', answerClientError);
  // Who asks before sending a body is told to go on by whoever reads it, and nobody else.
  server.on('checkContinue', queue);
  return { server, unsentBytes: unsent.bytes };
}

function endOf(exchange: Exchange, ms: number): ExchangeEnded {
  const { request, response, path, requestId, trace, operation, accountId, tokenId } = exchange;
  const status = response.writableFinished ? response.statusCode : 'aborted';
  const { method } = request;
  return {
    kind: 'exchange_ended',
    requestId,
    trace,
    method,
    path,
    operation,
    status,
    ms,
    accountId,
    tokenId,
  };
}

const isAboutServer = ({ request, path }: Exchange): boolean =>
  path === WHOLE_SERVER && request.method === 'OPTIONS';

/** `OPTIONS *`: that the server answers, and the methods that some resource of it has. */
const aboutServer: Face = async (exchange) =>
  respond(exchange, 204, { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' });

const DRAIN_POLL_MS = 20;

/**
 * Stops accepting, lets what is in flight be answered and read for at most `patience` milliseconds, then cuts the rest.
 * Node counts a connection as idle once its answer was handed to the socket, however little of it was taken: so connections
 * are closed only while no answer waits to be taken.
 */
export async function drain(server: Server, unsentBytes: () => number, patience: number): Promise<void> {
  const sweep = setInterval(() => {
    if (unsentBytes() === 0) server.closeIdleConnections();
  }, DRAIN_POLL_MS);
  const cut = setTimeout(() => server.closeAllConnections(), patience);
  // Not the method of the HTTP server: it closes idle connections at once.
  await new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  clearInterval(sweep);
  clearTimeout(cut);
  server.close(); // nothing is left to close but the timer of Node's own
}
