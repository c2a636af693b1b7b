import { once } from 'node:events';
import type { Server } from 'node:http';
import { WrongConfig } from '../wrong-config.ts';

/**
 * Connections that may wait to be let in, as far as the system allows (`net.core.somaxconn`). Node takes one a turn, and its
 * own 511 overflow when a thousand callers come at once: those beyond wait a second, for TCP to try again.
 */
const BACKLOG = 4_096;

/** Lets a server listen. Where it can't, throws an error that names PORT or HOST: WrongConfig where it never can. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    await once(server.listen({ port, host, backlog: BACKLOG }), 'listening');
  } catch (error) {
    throw inWords(error, host, port);
  }
}

/** Where a server listens, as a person on this machine would type it. */
export function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function inWords(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'EADDRINUSE':
      return new Error(
        `PORT is ${port}, where another program listens on ${host} already (${code}): stop that one, or set another PORT.`,
      );
    case 'EACCES':
      return new WrongConfig(
        `PORT must be one that this user may listen on; it is ${port} (${code}). Ports from 1024 up need no privilege.`,
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return new WrongConfig(`HOST must be an address of this machine; it is "${host}" (${code}).`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new WrongConfig(`HOST must be an address, or a name that is known; it is "${host}" (${code}).`);
    default:
      return error;
  }
}
