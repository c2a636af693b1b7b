import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { describeVariables } from '../../src/config/describe.ts';
import type { Environment } from '../../src/config/given.ts';
import { settingsOf } from '../../src/config/settings.ts';

const SECRET = 'u7Xr2mQ9pL4vN8cT1kW6zB3yH5sD0fGj';

const settings = (environment: Environment, envFiles = new Map()) =>
  new Map(
    settingsOf(readConfig(environment, envFiles), environment, envFiles).map(({ name, value, from }) => [
      name,
      [value, from],
    ]),
  );

describe('The configuration in force', () => {
  it('has every variable', () => {
    const names = describeVariables().flatMap(({ variables }) => variables.map(({ name }) => name));
    expect([...settings({}).keys()]).toEqual(names);
  });

  it('says where each value comes from', () => {
    const envFiles = new Map([
      ['HOST', { value: '::1', file: '.env' }],
      ['DATABASE_WAIT', { value: '7', file: '.env' }],
    ]);
    const found = settings({ PORT: '5', HOST: '::1', DATABASE_WAIT: '8', LOG_LEVEL: '' }, envFiles);
    expect(found.get('PORT')).toEqual(['5', 'environment']);
    expect(found.get('HOST')).toEqual(['::1', '.env']);
    expect(found.get('DATABASE_WAIT')).toEqual(['8', 'environment']); // it had been set before .env was read
    expect(found.get('LOG_LEVEL')).toEqual(['info', 'default']);
    expect(found.get('DATABASE_URL')).toEqual([null, 'default']);
  });

  it('has the defaults that depend on other variables', () => {
    expect(settings({}).get('GRAPHIQL')).toEqual(['on', 'default']);
    expect(settings({ NODE_ENV: 'production' }).get('GRAPHIQL')).toEqual(['off', 'default']);
  });

  it('hides secrets', () => {
    const found = settings({ API_TOKEN: SECRET, ROUTER_SECRET: SECRET });
    expect(found.get('API_TOKEN')).toEqual(['(hidden)', 'environment']);
    expect(found.get('ROUTER_SECRET')).toEqual(['(hidden)', 'environment']);
  });

  it.each([
    ['postgres://host/db', 'postgres://host/db'],
    ['postgres://user@host/db', 'postgres://user@host/db'],
    ['postgres://user:hid:d@en@host:5432/db', 'postgres://user:(hidden)@host:5432/db'],
    ['postgresql://:hidden@host/db?sslmode=no-verify', 'postgresql://:(hidden)@host/db?sslmode=no-verify'],
    [
      'postgres://user:@host/db?password=hidden&options=hidden&application_name=a',
      'postgres://user:(hidden)@host/db?password=(hidden)&options=(hidden)&application_name=a',
    ],
    ['postgres:///db?host=/var/run', 'postgres:///db?host=(hidden)'],
  ])('shows %s as %s', (DATABASE_URL, shown) => {
    expect(settings({ DATABASE_URL }).get('DATABASE_URL')).toEqual([shown, 'environment']);
  });

  it('is refused as a whole if a part of it is wrong', () => {
    expect(() => settings({ PORT: 'x' })).toThrow('PORT must be');
  });
});

it('Secrets are the variables that have one in their name, the URL of the database, and the headers for the collector', () => {
  const all = describeVariables().flatMap(({ variables }) => variables);
  const secrets = all.filter(({ secret }) => secret !== 'none').map(({ name }) => name);
  expect(secrets.toSorted()).toEqual([
    'API_TOKEN',
    'DATABASE_URL',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'ROUTER_SECRET',
  ]);
  const suspicious = all.filter(({ name }) => /TOKEN|SECRET|PASSWORD|KEY$|DATABASE_URL/.test(name));
  expect(suspicious.filter(({ secret }) => secret === 'none')).toEqual([]);
});
