import { connect } from 'node:net';

export interface Received {
  status: number;
  head: string;
  body: string;
}

/** Sends bytes as they are over a connection of its own that stays open, and gives all that came back until the other side closed it. */
export function sendRaw(url: string, bytes: string | Buffer, { patience = 60_000 } = {}): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const late = setTimeout(() => socket.destroy(new Error('No end came.')), patience);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => ('code' in error ? undefined : reject(error))); // a reset is an end too
    socket.on('close', () => {
      clearTimeout(late);
      resolve(Buffer.concat(chunks).toString());
    });
  });
}

/** The first answer of what came back. */
export function received(text: string): Received {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), head, body: text.slice(end + 4) };
}
