import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Connections whose current request may take longer than the `requestTimeout` of the server, and whether it already has. */
const extended = new WeakMap<Duplex, { isOverdue: boolean }>();

/** How long the rest of a body may take once it is no longer needed. */
const REST_MS = 15_000;

/**
 * Lets the body of a request take longer than the `requestTimeout` of the server. Its reader has to limit the pauses of the sender.
 * Returns the function that ends this. Node reports a late request only once, so the time for the rest of its body is limited here.
 */
export function extendBody(request: IncomingMessage): () => void {
  const { socket } = request;
  const state = { isOverdue: false };
  extended.set(socket, state);
  return () => {
    extended.delete(socket);
    if (!state.isOverdue || request.complete) return;
    setTimeout(() => {
      if (!request.complete) socket.destroy();
    }, REST_MS).unref();
  };
}

/** Whether the late request of a connection may take longer. */
export function isExtended(socket: Duplex): boolean {
  const state = extended.get(socket);
  if (state) state.isOverdue = true;
  return state !== undefined;
}
