import { connect } from 'node:net';
import { expectDocumented } from '../documented.ts';

export interface Received {
  status: number;
  head: string;
  body: string;
}

/**
 * Sends raw bytes over a new connection, and returns everything that is received until the other side closes it. If they are one
 * request of the REST API, its document must have the answer.
 */
export async function sendRaw(
  url: string,
  bytes: string | Buffer,
  { patience = 60_000 } = {},
): Promise<string> {
  const text = await exchanged(url, bytes, patience);
  const [, method, path] = /^([A-Z]+) (\/v1\/\S*) HTTP\/1\.1\r\n/.exec(bytes.toString('latin1')) ?? [];
  const answers = text.match(/HTTP\/1\.1 (?!100)/g)?.length;
  if (method && path && answers === 1) {
    const { status, head, body } = received(text);
    const headers = new Headers(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => /^(.*?): (.*)$/.exec(line)?.slice(1) as [string, string]),
    );
    expectDocumented({ method, path, status, headers, body });
  }
  return text;
}

function exchanged(url: string, bytes: string | Buffer, patience: number): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(new Error('The connection was not closed.')), patience);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => ('code' in error ? undefined : reject(error))); // a reset closes it as well
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString());
    });
  });
}

/** Parses the first response in what was received. */
export function received(text: string): Received {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), head, body: text.slice(end + 4) };
}
