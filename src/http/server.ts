import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExchangeEnded, Observe } from '../observation.ts';
import type { Tracing } from '../tracing.ts';
import { answerClientError, isAnswerPending } from './client-error.ts';
import { connectionTurns } from './connection-turns.ts';
import { limitConnections } from './connections.ts';
import { type Exchange, exchangeOf, noteCodes } from './exchange.ts';
import { WHOLE_SERVER } from './request-target.ts';
import { respond } from './respond.ts';
import { isEnding } from './unread-body.ts';
import { unsentAnswers } from './unsent.ts';
import { unusedConnections } from './unused.ts';

/** An API of the gateway, such as REST or GraphQL. It answers an exchange, and settles when it has. */
export type Face = (exchange: Exchange) => Promise<void>;

interface Options {
  /** Returns the face that serves a path. */
  route(path: string): Face;
  /** Whether a request asks to switch to a protocol that the gateway serves, such as WebSocket. */
  isSocket(request: IncomingMessage): boolean;
  /** Takes over the connection of such a request. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Called once when an exchange ends, and if a face fails to answer: its caller gets a 500 without a body. */
  observe: Observe;
  tracing?: Tracing | undefined;
  /** Max open connections from one address. */
  maxConnectionsPerAddress: number;
}

/** Slow senders are cut off. Idle connections are kept for longer than load balancers usually keep them (60 s). */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/** Creates the server for all faces. */
export function httpServer({
  route,
  isSocket,
  upgrade,
  observe,
  tracing,
  maxConnectionsPerAddress,
}: Options) {
  const unsent = unsentAnswers();
  const inTurn = connectionTurns();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (isEnding(request.socket)) return void request.socket.destroy();
    const start = performance.now();
    const exchange = exchangeOf(request, response, unsent.watch);
    const span = tracing?.begin({ path: exchange.path, method: request.method, headers: request.headers });
    if (span) {
      exchange.span = span;
      exchange.trace = span.trace;
    }
    response.once('close', () => {
      const ended = endOf(exchange, performance.now() - start);
      observe(ended);
      span?.end(ended);
    });
    const face = isAboutServer(exchange) ? aboutServer : route(exchange.path);
    const leave = () => exchange.place?.leave(); // even if the caller is gone and was not answered
    const answered = span ? span.within(() => face(exchange)) : face(exchange);
    answered.then(leave, (error) => {
      observe({ kind: 'fault', error, requestId: exchange.requestId });
      noteCodes(exchange, ['INTERNAL']);
      if (response.headersSent) response.end();
      else respond(exchange, 500, {});
      leave();
    });
  };
  const queue = (request: IncomingMessage, response: ServerResponse) =>
    inTurn(request.socket, response, () => answer(request, response));
  const server = createServer({ ...LIMITS, shouldUpgradeCallback: isSocket }, queue);
  // Before 24.9, Node asks nobody: with a listener, it upgrades every request that suggests HTTP/2, as many clients do.
  if ('shouldUpgradeCallback' in server) server.on('upgrade', afterAnswers(upgrade));
  const closeUnused = unusedConnections(server);
  limitConnections(server, maxConnectionsPerAddress, observe);
  server.on('clientError', answerClientError);
  // `readBody` sends `100 Continue` when it needs the body. Without this listener, Node would send it at once.
  server.on('checkContinue', queue);
  return { server, unsentBytes: unsent.bytes, closeUnused };
}

/** Closes a connection that is to be taken over while answers to requests before that are missing. */
const afterAnswers =
  (upgrade: Options['upgrade']): Options['upgrade'] =>
  (request, socket, head) => {
    if (isAnswerPending(request.socket)) socket.destroy();
    else upgrade(request, socket, head);
  };

function endOf(exchange: Exchange, ms: number): ExchangeEnded {
  const { request, response, face, path, requestId, trace, operation, requested, codes } = exchange;
  const { accountId, tokenId, isStream } = exchange;
  const isOver = response.writableFinished || isStream;
  const status = isOver ? response.statusCode : 'aborted';
  const { method } = request;
  return {
    kind: 'exchange_ended',
    face,
    requestId,
    trace,
    method,
    path,
    operation,
    requested,
    status,
    codes,
    isStream,
    ms,
    accountId,
    tokenId,
  };
}

const isAboutServer = ({ request, path }: Exchange): boolean =>
  path === WHOLE_SERVER && request.method === 'OPTIONS';

/** Answers `OPTIONS *` with the methods that any resource of the server has. */
const aboutServer: Face = async (exchange) =>
  respond(exchange, 204, { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' });
