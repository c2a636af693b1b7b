import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { SCOPES, type Viewer } from '../src/accounts/viewer.ts';
import type { Context } from '../src/context.ts';
import type { Origin } from '../src/events/origin.ts';
import { type Gateway, startGateway } from '../src/gateway/gateway.ts';
import type { Draft, Segment } from '../src/segments/segment.ts';
import { asCreated } from '../src/segments/store/create.ts';
import { logTo } from '../src/telemetry/log.ts';
import { records } from '../src/telemetry/records.ts';
import { patiently } from './patiently.ts';
import { makeDatabase } from './postgres.ts';

/** The callers: Ada and Bob, in two accounts, and two who may only read or only write in Ada's. */
export const viewers = {
  ada: viewer('ada', 'ada', SCOPES),
  bob: viewer('bob', 'bob', SCOPES),
  reader: viewer('ada', 'reader', ['segments:read']),
  writer: viewer('ada', 'writer', ['segments:write']),
};
function viewer(accountId: string, name: string, scopes: readonly string[]): Viewer {
  const actor = { kind: 'TOKEN' as const, id: name, name };
  return { accountId, callerId: name, scopes: new Set(scopes), actor };
}

/** Where the writes of a test come from that calls the store itself. */
export const origin: Origin = { requestId: 'test', actor: viewers.ada.actor };

export type Who = keyof typeof viewers;

export interface TestGateway extends Gateway {
  /** The statements sent since a test last emptied this list. */
  statements: { text: string; values: unknown[] }[];
  /** The lines logged since a test last emptied this list. */
  logged: Record<string, unknown>[];
  authorization(who: Who): { authorization: string };
  context(who?: Who): Context;
}

type Options = Partial<Parameters<typeof startGateway>[0]>;

/** Starts a gateway on its own database before the tests of a file or a `describe`, and stops it after them. */
export function testGateway(options: Options = {}): TestGateway {
  const running = { statements: [], logged: [] } as unknown as TestGateway;
  let drop = async () => {};

  beforeAll(async () => {
    const database = await makeDatabase();
    drop = database.drop;
    const log = logTo('info', { write: (line) => running.logged.push(JSON.parse(line)) });
    Object.assign(
      running,
      await startGateway({
        databaseUrl: database.url,
        poolSize: 5,
        host: '127.0.0.1',
        port: 0,
        graphiql: true,
        introspection: true,
        isForgetful: false, // a test that counts statements would count its deletions
        observe: records(log).observe,
        ...options,
      }),
    );
    noteStatements(running);
    const tokens = new Map<Who, string>();
    for (const [who, { accountId, scopes }] of Object.entries(viewers)) {
      const draft = { accountId, name: who, scopes: [...scopes], expiresAt: null };
      const { token } = await patiently(() => running.tokens.create(draft));
      tokens.set(who as Who, token);
    }
    running.authorization = (who) => ({ authorization: `Bearer ${tokens.get(who)}` });
    running.context = (who = 'ada') => ({
      requestId: 'test',
      viewer: viewers[who],
      segments: running.segments,
      members: running.members,
      uploads: running.uploads,
      exports: running.exports,
      quota: running.quota,
      events: running.events,
      feed: running.feed,
      streams: running.streams,
      webhooks: running.webhooks,
      destinations: running.destinations,
      tests: running.tests,
      wokeDeliveries: running.wokeDeliveries,
      wrote: running.wrote,
      identify: async () => viewers[who],
      leavePlace: () => {},
      onGone: () => {},
      spend: async () => {},
      observe: (observation) => {
        throw observation.kind === 'fault' ? observation.error : new Error(observation.kind);
      },
    });
  });

  afterAll(async () => {
    await running.stop?.();
    await drop();
  });

  return running;
}

/** Returns the place of an account's newest event; 0 if it has none. */
export const eventHead = async ({ events }: Gateway, accountId: string): Promise<number> =>
  (await events.heads([accountId])).get(accountId) ?? 0;

/** Starts a second gateway on the database of the first. The caller stops it. */
export const secondGateway = ({ database }: TestGateway, options: Options = {}): Promise<Gateway> =>
  startGateway({
    databaseUrl: database.$client.options.connectionString ?? '',
    poolSize: 2,
    host: '127.0.0.1',
    port: 0,
    graphiql: false,
    introspection: true,
    observe: () => {},
    ...options,
  });

function noteStatements({ database, statements }: TestGateway): void {
  const note = (sender: { query: pg.Pool['query'] }) => {
    const query = sender.query.bind(sender) as (...args: unknown[]) => unknown;
    sender.query = ((config: string | { text: string }, ...rest: unknown[]) => {
      const [values] = rest;
      statements.push({
        text: typeof config === 'string' ? config : config.text,
        values: Array.isArray(values) ? values : [],
      });
      return query(config, ...rest);
    }) as typeof sender.query;
  };
  for (const { $client: pool } of [
    database,
    database.large,
    database.scan,
    database.import,
    database.webhook,
  ])
    note(pool);
  database.export.$client.on('connect', note);
}

/** The example segment of the documentation. A test only passes the properties that matter to it. */
export const draft = (given: Partial<Draft> = {}): Draft => ({
  name: 'High Spend Customers',
  criteria: 'Customers who spend more than $1000 per month',
  description: 'Customers who spend more than $1000 per month',
  ...given,
});

/** A complete segment that is not stored anywhere. Properties that a test does not pass have default values. */
export const segmentWith = (given: Partial<Segment> = {}): Segment => ({
  ...asCreated({ ...draft(), ...origin, accountId: 'ada', id: 'xgQQXg3hrtjh7AvZ', createdAt: new Date() }),
  ...given,
});
