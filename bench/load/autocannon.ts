import autocannon from 'autocannon';
import { type Generator, UNIQUE } from './generator.ts';

/** Load from autocannon, if wrk is not installed. It needs more processor time than some of the systems that it measures. */
export const fromAutocannon: Generator = async (url, requests, { connections, seconds }) => {
  let sent = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requests.map(({ method, path, body, headers }) => ({
      method: method as 'GET' | 'POST' | 'PUT',
      path,
      headers,
      ...(body !== undefined && { body }),
      ...((path + body).includes(UNIQUE) && {
        setupRequest: (request: autocannon.Request) => {
          const number = `${sent++}`.padStart(UNIQUE.length, '0');
          return {
            ...request,
            path: path.replaceAll(UNIQUE, number),
            ...(body !== undefined && { body: body.replaceAll(UNIQUE, number) }),
          };
        },
      }),
    })),
  });
  const failures = result.errors + result.timeouts;
  return {
    failed: failures > 0 ? `${failures} requests failed` : undefined,
    refused: result.non2xx,
    total: result.requests.total,
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
};
