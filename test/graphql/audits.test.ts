import { auditServer, serverAudits } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { testGateway } from '../harness.ts';

const gateway = testGateway();
const withToken = (url: string | URL | Request, init: RequestInit = {}) =>
  fetch(url, {
    ...init,
    headers: { ...Object.fromEntries(new Headers(init.headers)), ...gateway.authorization('ada') },
  });

/** The GraphQL over HTTP draft, as the graphql-http project interprets it. */
describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: withToken });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_, __, audit) => {
    expect((await audit.fn()).status).toBe('ok');
  });

  it('passes all audits, at least 61 of them', async () => {
    expect(audits.length).toBeGreaterThanOrEqual(61);
    const results = await auditServer({ url: `${gateway.url}/graphql`, fetchFn: withToken });
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
  });
});
