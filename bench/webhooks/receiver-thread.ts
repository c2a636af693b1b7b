import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type { Seen } from './receiver.ts';

/* The receiver of `startReceiver`. */

const NAME = /"name":"([^"]*)"/;
let seen: Seen = { received: 0, arrivals: [] };

const server = createServer((request, response) => {
  if (!request.url?.startsWith('/ok')) return void request.resume();
  let body = '';
  request.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    seen.received += 1;
    seen.arrivals.push({ name: NAME.exec(body)?.[1] ?? '', at: Date.now() });
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));

parentPort?.on('message', () => {
  parentPort?.postMessage(seen);
  seen = { received: 0, arrivals: [] };
});
