import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { openApiText } from '../../src/rest/openapi/document.ts';
import { RESOURCES } from '../../src/rest/routes.ts';
import * as schemas from '../../src/rest/schemas.ts';
import type { Json } from '../client.ts';
import { document } from '../documented.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

describe('the OpenAPI document', () => {
  it('is the content of openapi.json (npm run openapi writes the file)', async () => {
    await expect(openApiText()).toMatchFileSnapshot('../../openapi.json');
  });

  it('has no problems', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const problems = await lintFromString({ source: openApiText(), config });
    expect(
      problems.map(({ ruleId, message, location }) => ({ ruleId, message, at: location[0]?.pointer })),
    ).toEqual([]);
  });

  it('has every operation, with a name of its own', () => {
    const names = Object.values<Json>(document.paths).flatMap((path) =>
      Object.values<Json>(path).map(({ operationId }) => operationId),
    );
    const operations = Object.values(RESOURCES).flatMap((resources) =>
      Object.values(resources).flatMap((methods) => Object.values(methods)),
    );
    expect(names.toSorted()).toEqual(operations.map(({ documentation }) => documentation.name).toSorted());
    expect(new Set(names).size).toBe(names.length);
  });

  it('describes everything', () => {
    expect(undescribed(document.paths, 'paths')).toEqual([]);
    expect(undescribed(document.webhooks, 'webhooks')).toEqual([]);
    expect(undescribed(document.components, 'components')).toEqual([]);
  });

  it('is served without a token, compressed if the client accepts it', async () => {
    const response = await fetch(`${gateway.url}/openapi.json`);
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.json()).toEqual(document);
  });

  it('is not sent again to a client that has it', async () => {
    const { headers } = await fetch(`${gateway.url}/openapi.json`);
    const known = { 'if-none-match': headers.get('etag') ?? '' };
    expect((await fetch(`${gateway.url}/openapi.json`, { headers: known })).status).toBe(304);
  });

  it('is only read', async () => {
    const { status, headers } = await fetch(`${gateway.url}/openapi.json`, { method: 'POST' });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('has the schemas of all bodies', () => {
    expect(Object.keys(document.components.schemas).toSorted()).toEqual(Object.keys(schemas).toSorted());
  });
});

/** The places of parameters, headers, responses and properties that have no description. */
function undescribed(part: Json, place: string): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const isDescribed = (each: Json) => each.description || each.$ref;
  const named = [part.properties, part.headers, part.responses].flatMap((group) =>
    Object.entries<Json>(group ?? {}),
  );
  const listed = Array.isArray(part.parameters) ? part.parameters.map((each: Json) => [each.name, each]) : [];
  return [
    ...[...named, ...listed].flatMap(([name, each]) => (isDescribed(each) ? [] : [`${place}/${name}`])),
    ...Object.entries<Json>(part).flatMap(([name, each]) => undescribed(each, `${place}/${name}`)),
  ];
}
