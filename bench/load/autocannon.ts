import autocannon from 'autocannon';
import type { Generator } from './generator.ts';

/** Load from autocannon, if wrk is not installed. It needs more processor time than some of the systems that it measures. */
export const fromAutocannon: Generator = async (url, requests, { connections, seconds }) => {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requests.map(({ method, path, body, headers }) => ({
      method: method as 'GET' | 'POST' | 'PUT',
      path,
      headers,
      ...(body !== undefined && { body }),
    })),
  });
  const failures = result.non2xx + result.errors + result.timeouts;
  return {
    failed: failures > 0 ? `${failures} requests failed` : undefined,
    total: result.requests.total,
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
};
