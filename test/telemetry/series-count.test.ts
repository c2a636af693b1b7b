import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { graphql, initOf } from '../client.ts';
import { measuredGateway, type Series } from './scraped.ts';

const { gateway, scrape } = measuredGateway();

const INVENTED = 10_000;
const FIRST = 200;
/** Reading and checking each of the operations takes milliseconds, and far longer on a slow machine. */
const MAX_MS = 900_000;
/** Requests that are sent at the same time. */
const TOGETHER = 100;
const SEGMENTS = '/v1/customer-segments';
const METHODS = ['GET', 'PUT', 'DELETE', 'PROPFIND', 'SEARCH', 'PATCH', 'LINK'];

/** The nth name that a caller invents. */
const invented = (n: number) => `n${createHash('sha256').update(`${n}`).digest('hex').slice(0, 20)}`;

const send = async (path: string, options: Parameters<typeof initOf>[1]) =>
  (await fetch(gateway.url + path, initOf(gateway, options))).arrayBuffer();

/** The nth request: its operation, path, method, headers, query and variables are all invented. */
function attack(n: number): Promise<unknown> {
  const name = invented(n);
  const headers = { 'x-request-id': name, 'user-agent': name, [`x-${name}`]: name, accept: `text/${name}` };
  const operation = (query: string) => graphql(gateway, query, { [name]: name }, { headers: {} });
  switch (n % 8) {
    case 0:
      return operation(`query ${name} { ${name}: segment(id: "${name}") { ${name}: id } }`);
    case 1:
      return operation(`{ ${name} }`);
    case 2:
      return operation(
        `query ${name} { ...${name} } fragment ${name} on Query { segments { nodes { id } } }`,
      );
    case 3:
      return operation(`mutation ${name} { deleteSegment(input: { id: "${name}" }) { __typename } }`);
    case 4:
      return send(`/${name}?${name}=${name}`, { headers });
    case 5:
      return send(`${SEGMENTS}/${name}`, { headers });
    case 6:
      return send(`${SEGMENTS}?${name}=${name}`, { headers });
    default:
      return send(`/v1/${name}/${name}`, { method: METHODS[n % METHODS.length] ?? 'GET', headers });
  }
}

async function attacks(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += TOGETHER) {
    const numbers = Array.from({ length: Math.min(TOGETHER, to - n) }, (_, i) => n + i);
    await Promise.all(numbers.map((each) => attack(each)));
  }
}

/** The series of the gateway, regardless of their status: on a slow machine, some of the requests are refused with 503. */
const kindsOf = (series: Series): Set<string> =>
  new Set(
    [...series.keys()]
      .filter((name) => name.startsWith('segments_'))
      .map((name) => name.replace(/status="(?:\d{3}|aborted)"/, 'status')),
  );

it(
  `${INVENTED} invented operations, paths, methods, headers and parameters add no series`,
  async () => {
    await attacks(0, FIRST); // reaches every route that the attacks reach, with each of their statuses
    const before = await scrape();
    await attacks(FIRST, FIRST + INVENTED);
    const total = (series: Series) =>
      [...series].reduce(
        (sum, [name, n]) => sum + (name.startsWith('segments_http_requests_total') ? n : 0),
        0,
      );
    await expect.poll(async () => total(await scrape())).toBeGreaterThanOrEqual(FIRST + INVENTED);
    expect([...kindsOf(await scrape()).difference(kindsOf(before))]).toEqual([]);
  },
  MAX_MS,
);
