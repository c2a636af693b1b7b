import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll } from 'vitest';

interface Received {
  method: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
  /** Answers the request. */
  answer: ServerResponse;
}

export interface Recorder {
  url: string;
  /** The requests since a test last emptied this list. */
  received: Received[];
}

/** Starts a server that notes what it receives, before the tests of a file. `answer` answers a request, or leaves that to the test. */
export function recorder(answer: (received: Received) => void): Recorder {
  const recorder: Recorder = { url: '', received: [] };
  const server = createServer(async (request, response) => {
    const { method, headers } = request;
    const received = { method, headers, body: await text(request), answer: response };
    recorder.received.push(received);
    answer(received);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    recorder.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // of a TCP server
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return recorder;
}
