import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { withAuthorization } from '../authorization.ts';
import { listening } from '../listening.ts';
import { startSegments } from '../segments.ts';
import { startIssuer } from './issuer.ts';
import { startHiveGateway } from './router.ts';

const SCHEMA = join(import.meta.dirname, '..', '..', '..', 'schema.graphql');
const CREATE = `mutation {
  createSegment(input: { name: "High Spend Customers", criteria: "c", description: "" }) {
    ... on CreateSegmentPayload { segment { name } }
    ... on SegmentError { message }
  }
}`;
const LIST = '{ segments { nodes { name } } }';
const COUNT = '{ segments { nodes { name memberCount } } }';
const NAME = { name: 'High Spend Customers' };

const started = new AsyncDisposableStack();
let issuer: Awaited<ReturnType<typeof startIssuer>>;
let router: Awaited<ReturnType<typeof startHiveGateway>>;
/** Number of requests that reached the segments gateway. */
let requests = 0;

before(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'authorization-'));
  started.defer(() => rmSync(folder, { recursive: true }));
  issuer = await startIssuer();
  started.defer(issuer.stop);
  const segments = await startSegments(0, folder);
  started.defer(segments.stop);
  const counter = createServer(async (request, response) => {
    requests++;
    const { authorization = '' } = request.headers;
    const headers = { 'content-type': 'application/json', authorization };
    const body = Buffer.concat(await request.toArray());
    const answer = await fetch(segments.url, { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  const { url, stop } = await listening(counter, 0);
  started.defer(stop);
  const typeDefs = parse(withAuthorization(readFileSync(SCHEMA, 'utf8')));
  const { supergraphSdl = '' } = composeServices([{ name: 'segments', url: `${url}/graphql`, typeDefs }]);
  router = await startHiveGateway({ supergraphSdl, config: 'authorization', folder, port: 0 });
  started.defer(router.stop);
});
after(() => started.disposeAsync());
beforeEach(() => {
  requests = 0;
});

/** Sends an operation to the router. Returns what the caller got. */
async function ask(query: string, scope?: string) {
  const headers = {
    'content-type': 'application/json',
    ...(scope !== undefined && { authorization: `Bearer ${await issuer.tokenWith(scope)}` }),
  };
  const response = await fetch(router.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data, errors } = (await response.json()) as {
    data: unknown;
    errors?: { path: string[]; extensions: { code: string } }[];
  };
  return {
    data,
    refused: (errors ?? []).map(({ path, extensions }) => `${path.join('.')} ${extensions.code}`),
  };
}

describe('Hive Gateway with authorization.graphql', () => {
  it('passes on what the scopes of the caller allow', async () => {
    const created = { data: { createSegment: { segment: NAME } }, refused: [] };
    assert.deepEqual(await ask(CREATE, 'segments:write'), created);
    const counted = { data: { segments: { nodes: [{ ...NAME, memberCount: 0 }] } }, refused: [] };
    assert.deepEqual(await ask(COUNT, 'segments:read members:read'), counted);
    assert.equal(requests, 2);
  });

  it('refuses a field whose scope the caller lacks, and passes on the others', async () => {
    assert.deepEqual(await ask(COUNT, 'segments:read'), {
      data: { segments: { nodes: [{ ...NAME, memberCount: null }] } },
      refused: ['segments.nodes.memberCount UNAUTHORIZED_FIELD_OR_TYPE'],
    });
    assert.equal(requests, 1);
  });

  for (const { query, scope, field } of [
    { query: CREATE, scope: 'segments:read', field: 'createSegment' },
    { query: LIST, scope: 'members:read', field: 'segments' },
    { query: LIST, scope: undefined, field: 'segments' },
  ]) {
    it(`refuses ${field} ${scope ? `with ${scope}` : 'without a token'}, and does not ask the gateway`, async () => {
      const refused = { data: { [field]: null }, refused: [`${field} UNAUTHORIZED_FIELD_OR_TYPE`] };
      assert.deepEqual(await ask(query, scope), refused);
      assert.equal(requests, 0);
    });
  }
});
