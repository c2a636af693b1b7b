import { createServer, type IncomingMessage } from 'node:http';
import { create, list, listByName, represent, representPage, retrieve, update } from './database.ts';

/** The minimum in Node: node:http, JSON and named statements, with no validation and almost no routing. */
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://floor');
  const account = String(request.headers['x-account']);
  const id = pathname.slice('/v1/customer-segments/'.length);
  const answer = (status: number, body: unknown) => {
    const text = JSON.stringify(body);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  };
  if (request.method === 'POST') return answer(201, represent(await create(account, await json(request))));
  if (request.method === 'PUT') {
    const row = await update(account, id, await json(request));
    return row ? answer(200, represent(row)) : answer(404, {});
  }
  if (id) {
    const row = await retrieve(account, id);
    return row ? answer(200, represent(row)) : answer(404, {});
  }
  const limit = Number(searchParams.get('limit') ?? 10);
  const name = searchParams.get('name');
  const rows =
    name === null
      ? await list(account, limit, searchParams.get('starting_after') ?? undefined)
      : await listByName(account, limit, name);
  answer(200, representPage(rows, limit));
});

async function json(request: IncomingMessage) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

server.listen(Number(process.env.PORT), '127.0.0.1');
