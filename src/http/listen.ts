import { once } from 'node:events';
import type { Server } from 'node:http';
import { WrongConfig } from '../wrong-config.ts';

/**
 * Max connections that wait to be accepted, within the limit of the system (`net.core.somaxconn`). Node accepts one per
 * turn of the event loop, so its default of 511 overflows when a thousand callers connect at the same time. Connections
 * beyond the limit wait a second until TCP tries again.
 */
const BACKLOG = 4_096;

interface Address {
  host: string;
  port: number;
  /**
   * Whether other processes of this user can listen on the same port (`SO_REUSEPORT`). The system then distributes new connections
   * among all of them.
   */
  isShared?: boolean | undefined;
  /** What the names of the variables begin with that set the address. */
  prefix?: 'ADMIN_';
}

/** Starts listening. Throws an error that names PORT or HOST if it fails: WrongConfig if a later try would fail too. */
export async function listen(server: Server, address: Address): Promise<void> {
  const { host, port, isShared = false } = address;
  try {
    await once(server.listen({ port, host, backlog: BACKLOG, reusePort: isShared }), 'listening');
  } catch (error) {
    throw explained(error, address);
  }
}

/** The URL of a server, as a person on this machine would type it. */
export function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function explained(error: unknown, { host, port, prefix: given }: Address): unknown {
  const prefix = given ?? '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'EADDRINUSE':
      return new Error(
        `${prefix}PORT is ${port}, but another program already listens on it at ${host} (${code}). Stop that program, or set another ${prefix}PORT.`,
      );
    case 'ENOTSUP':
      return new WrongConfig(`PORT_SHARED must be off: this system cannot share a port (${code}).`);
    case 'EACCES':
      return new WrongConfig(
        `${prefix}PORT must be a port that this user is allowed to listen on; it is ${port} (${code}). Ports from 1024 need no privilege.`,
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return new WrongConfig(`${prefix}HOST must be an address of this machine; it is "${host}" (${code}).`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new WrongConfig(
        `${prefix}HOST must be an address, or a name that resolves to one; it is "${host}" (${code}).`,
      );
    default:
      return error;
  }
}
