import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { draft, eventHead, testGateway } from '../harness.ts';
import { until } from '../until.ts';

const gateway = testGateway({ heartbeatMs: 20 });

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

/** Passes requests on with a token, which an EventSource cannot send, and cuts all connections when it is told to. */
async function proxy() {
  /** The last event ids that connections began with. */
  const resumed: (string | undefined)[] = [];
  const server = createServer((incoming, outgoing) => {
    resumed.push(incoming.headers['last-event-id']?.toString());
    const headers = { ...incoming.headers, ...gateway.authorization('ada') };
    const passed = request(gateway.url + incoming.url, { headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(outgoing);
    });
    outgoing.once('close', () => passed.destroy());
    passed.on('error', () => outgoing.destroy()).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  closers.push(() => server.closeAllConnections());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    resumed,
    cut: () => server.closeAllConnections(),
  };
}

const SCRIPT = `
  const source = new EventSource(process.argv[1]);
  const print = ({ type, lastEventId, data }) => console.log(type, lastEventId, JSON.parse(data).cursor);
  for (const what of ['created', 'deleted']) source.addEventListener('customer_segment.' + what, print);
  source.addEventListener('message', print);
  source.addEventListener('open', () => console.log('open'));
  setInterval(() => {}, 60_000); // the process would end while it waits to reconnect`;

/** Opens an EventSource of Node.js. It follows the HTML standard, like that of browsers. */
function eventSource(url: string) {
  const child = spawn(process.execPath, ['--no-warnings', '--experimental-eventsource', '-e', SCRIPT, url]);
  closers.push(() => child.kill());
  const said = { out: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  return () => said.out.trim().split('\n');
}

const create = () => createSegment(draft(), gateway.context());
const opened = (lines: string[]) => lines.filter((line) => line === 'open').length;

it('an EventSource gets each event once, also across cuts, and those that happen meanwhile', async () => {
  const { url, cut } = await proxy();
  const lines = eventSource(`${url}/v1/events`);
  await until(() => opened(lines()) === 1);
  const head = await eventHead(gateway, 'ada');
  cut(); // before the first event
  await create();
  await until(() => lines().length === 3);
  cut();
  await create();
  await create();
  await until(() => lines().length === 6);
  const event = (n: number) => `customer_segment.created ${head + n} ${head + n}`;
  expect(lines()).toEqual(['open', 'open', event(1), 'open', event(2), event(3)]);
});

it('an EventSource that wants few events resumes behind those that it did not want', async () => {
  const { url, cut, resumed } = await proxy();
  const lines = eventSource(`${url}/v1/events?type=customer_segment.deleted`);
  await until(() => opened(lines()) === 1);
  const { id } = await create();
  const head = await eventHead(gateway, 'ada');
  await until(async () => {
    cut(); // until a sign of life has told it the place
    const times = opened(lines());
    await until(() => opened(lines()) > times);
    return resumed.at(-1) === String(head);
  });
  await deleteSegment({ id }, gateway.context());
  await until(() => lines().at(-1) === `customer_segment.deleted ${head + 1} ${head + 1}`);
});
