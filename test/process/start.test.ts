import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { authorization, type Environment, processes, TOKEN } from './gateway-process.ts';

const { run, serve, temporaryFolder } = processes();

describe.concurrent('segments serve', () => {
  it('can start five times at once on an empty database', async ({ expect }) => {
    const database = await makeDatabase({ template: false });
    const environment = { DATABASE_URL: database.url, API_TOKEN: TOKEN };
    const five = await Promise.all(Array.from({ length: 5 }, () => serve(environment)));
    const answers = await Promise.all(
      five.map(({ url }) => fetch(`${url}/v1/customer-segments`, { headers: authorization })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await Promise.all(five.map((each) => each.end()))).toEqual([0, 0, 0, 0, 0]);
    await database.drop();
  });

  it.each([
    [{ PORT: 'http' }, 'PORT must be a whole number from 0 to 65535; it is "http".'],
    [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535; it is "65536".'],
    [
      { HOST: 'no host' },
      'HOST must be a host name or an address, such as 127.0.0.1 or 0.0.0.0; it is "no host".',
    ],
    [
      { DATABASE_URL: 'mysql://user:hidden@host/' },
      'DATABASE_URL must be a URL such as postgres://user:password@host:5432/database?sslmode=verify-full; it is something else (not shown).',
    ],
    [{ DATABASE_POOL_SIZE: '0' }, 'DATABASE_POOL_SIZE must be a whole number from 1 to 1000; it is "0".'],
    [
      { API_TOKEN: 'hidden' },
      'API_TOKEN must be 32 to 200 characters of A-Z a-z 0-9 - . _ ~ + / =, such as `segments token new` prints; it is something else (not shown).',
    ],
    [
      { LOG_LEVEL: 'loud' },
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent; it is "loud".',
    ],
    [{ GRAPHIQL: 'maybe' }, 'GRAPHIQL must be on or off; it is "maybe".'],
    [{ INTROSPECTION: 'maybe' }, 'INTROSPECTION must be on or off; it is "maybe".'],
    [{ DATABASE_POOLER: 'session' }, 'DATABASE_POOLER must be none or transaction; it is "session".'],
    [
      { DATABASE_POOLER: 'transaction', RATE_LIMIT_STORE: 'postgres' },
      'RATE_LIMIT_STORE must be memory with DATABASE_POOLER=transaction; it is "postgres".',
    ],
    ...[
      '*',
      'null',
      'app.example.com',
      'https://App.example.com',
      'https://app.example.com:443',
      'https://u:p@app.example.com',
      'https://app.example.com/',
    ].map((CORS_ORIGINS): [Environment, string] => [
      { CORS_ORIGINS },
      `CORS_ORIGINS must be origins such as https://app.example.com, separated by commas; it is "${CORS_ORIGINS}".`,
    ]),
    [{ RATE_LIMIT: '0' }, 'RATE_LIMIT must be a whole number from 1 to 999999999; it is "0".'],
    [{ RATE_LIMIT_STORE: 'redis' }, 'RATE_LIMIT_STORE must be memory or postgres; it is "redis".'],
    [
      { PERSISTED_OPERATIONS: 'nowhere.json' },
      'PERSISTED_OPERATIONS names "nowhere.json", which does not exist.',
    ],
    [
      { ROUTER_SECRET: 'hidden' },
      'ROUTER_SECRET must be 32 to 200 characters that a header can hold, such as `openssl rand -hex 24` prints; it is something else (not shown).',
    ],
    [
      { JWT_ISSUER: 'https://id.example.com/', JWT_AUDIENCE: 'segments' },
      'JWT_JWKS_URL must be a URL such as https://id.example.com/.well-known/jwks.json because JWT_ISSUER is set; it is not set.',
    ],
    [
      { JWT_JWKS_URL: 'https://user:hidden@id.example.com/jwks.json' },
      'JWT_JWKS_URL must have no user and no password; it has one (not shown).',
    ],
    [
      { JWT_JWKS_URL: 'https://[::1/jwks.json' },
      'JWT_JWKS_URL must be a URL such as https://id.example.com/.well-known/jwks.json; it is "https://[::1/jwks.json".',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
      'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://localhost:4318; it is "collector:4317".',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hidden@collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT must have no user and no password; it has one (not shown).',
    ],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json; it is "grpc".',
    ],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'api-key hidden' },
      'OTEL_EXPORTER_OTLP_HEADERS must be headers such as `api-key=secret`, separated by commas; it is something else (not shown).',
    ],
    [
      { OTEL_TRACES_SAMPLER: 'jaeger_remote' },
      'OTEL_TRACES_SAMPLER must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio; it is "jaeger_remote".',
    ],
    [
      { OTEL_TRACES_SAMPLER_ARG: '10%' },
      'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, such as 0.1; it is "10%".',
    ],
  ])('refuses to start with %j, and says why in one line', async (environment, line) => {
    expect(await run(['serve'], environment)).toEqual({
      code: 2,
      out: '',
      err: `${line}\n`,
    });
  });

  it('refuses each persisted operation that cannot run by its id, before it creates DATA_DIR', async () => {
    const folder = temporaryFolder();
    const operations = join(folder, 'operations.json');
    const texts = { good: '{ __typename }', typo: '{ segmnts { nodes { id } } }', cut: '{ segments {' };
    writeFileSync(operations, JSON.stringify(texts));
    const dataDir = join(folder, 'data');
    const { code, out, err } = await run(['serve'], { PERSISTED_OPERATIONS: operations, DATA_DIR: dataDir });
    expect([code, out, existsSync(dataDir)]).toEqual([2, '', false]);
    expect(err.split('\n')).toEqual([
      expect.stringMatching(
        /^PERSISTED_OPERATIONS: the operation "typo" cannot run: Cannot query field "segmnts"/,
      ),
      expect.stringMatching(/^PERSISTED_OPERATIONS: the operation "cut" cannot run: Syntax Error/),
      '',
    ]);
  });

  it('names all invalid variables at once', async () => {
    const { err } = await run(['serve'], { PORT: 'x', GRAPHIQL: 'x', PERSISTED_OPERATIONS: 'x' });
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/^PORT/),
      expect.stringMatching(/^PERSISTED_OPERATIONS/),
      expect.stringMatching(/^GRAPHIQL/),
      '',
    ]);
  });

  it('says so if its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const dataDir = temporaryFolder();
    const { code, err } = await run(['serve'], { PORT: `${port}`, DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(err).toMatch(/EADDRINUSE.*set another PORT/);
    server.close();
  });

  it('says so if the database cannot be reached, without its password', async () => {
    const { code, err } = await run(['serve'], {
      DATABASE_URL: 'postgres://user:hidden@127.0.0.1:1/db',
      DATABASE_WAIT: '0',
    });
    expect([code, err]).toEqual([
      1,
      'The database of DATABASE_URL cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n',
    ]);
  });
});
