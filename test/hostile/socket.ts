import { connect } from 'node:net';

export interface Received {
  status: number;
  head: string;
  body: string;
}

/** Sends raw bytes over a new connection, and returns everything that is received until the other side closes it. */
export function sendRaw(url: string, bytes: string | Buffer, { patience = 60_000 } = {}): Promise<string> {
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
