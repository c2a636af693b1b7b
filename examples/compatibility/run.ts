import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { parse } from 'graphql';
import { connect } from '../../src/database/connect.ts';
import { eventFeed } from '../../src/events/feed.ts';
import { eventStore } from '../../src/events/store.ts';
import { openStreams } from '../../src/events/streams.ts';
import { openTransfers } from '../../src/fairness/transfers.ts';
import { graphqlFace } from '../../src/graphql/face.ts';
import { drain } from '../../src/http/drain.ts';
import { httpServer } from '../../src/http/server.ts';
import { memberStore } from '../../src/members/store.ts';
import type { Observe } from '../../src/observation.ts';
import { boundReads } from '../../src/segments/bounded-reads.ts';
import { segmentStore } from '../../src/segments/store.ts';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import { webhookStore } from '../../src/webhooks/store.ts';
import { schema } from '../../test/federation/products.ts';

// The suite itself needs Docker, or a router that is not on npm. Here, its tests run unchanged against the same graph: its
// reference subgraphs, the products on this stack, and Apollo's gateway from npm instead of the router.
const require = createRequire(import.meta.url);
const suite = dirname(dirname(require.resolve('@apollo/federation-subgraph-compatibility-tests')));
/** The suite always expects its router on port 4000. The other ports are arbitrary. */
const PORTS = { router: 4000, products: 4001, users: 4002, inventory: 4003 };
const PATIENCE_MS = 60_000;
const urlOf = (name: keyof typeof PORTS) => `http://127.0.0.1:${PORTS[name]}/`;

const nowhere = connect({ url: 'postgres://nowhere', poolSize: 1, observe() {} });
const events = eventStore(nowhere);
/** What the products do not use. */
const unused = {
  segments: segmentStore(nowhere, Date.now),
  members: memberStore(nowhere),
  ...openTransfers(),
  events,
  feed: eventFeed(events, { everyMs: () => PATIENCE_MS }),
  streams: openStreams({ perAccount: 1, perProcess: 1 }),
  wrote() {},
  webhooks: webhookStore(nowhere),
  destinations: openDestinations({ allowPrivate: false, ports: [], version: '0' }),
  wokeDeliveries() {},
  identify: async () => null,
  leavePlace() {},
  onGone() {},
};
const observe: Observe = (observation) => {
  if (observation.kind === 'fault') console.error(observation.error);
};
const spend = async () => {}; // no rate limit
const { face, sockets } = graphqlFace({
  schema,
  contextOf: async ({ requestId }) => ({ requestId, viewer: null, observe, spend, ...unused }),
  observe,
  boundReads,
  introspection: true,
  origins: new Set(),
});
const products = httpServer({
  route: () => face,
  isSocket: () => false,
  upgrade: sockets.upgrade,
  observe,
  maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
});
await once(products.server.listen(PORTS.products, '127.0.0.1'), 'listening');

const references = (['users', 'inventory'] as const).map((name) =>
  spawn(process.execPath, [join(suite, 'dist', 'subgraphs', name, 'index.js')], {
    cwd: join(suite, 'dist', 'subgraphs', name),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: `${PORTS[name]}` },
  }),
);

try {
  const sdl = {
    products: await sdlOf(urlOf('products')),
    users: readFileSync(join(suite, 'dist', 'subgraphs', 'users', 'users.graphql'), 'utf8'),
    inventory: readFileSync(join(suite, 'dist', 'subgraphs', 'inventory', 'inventory.graphql'), 'utf8'),
  };
  const services = Object.entries(sdl).map(([name, text]) => ({
    name,
    url: urlOf(name as keyof typeof sdl),
    typeDefs: parse(text),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The subgraphs do not compose.');
  await Promise.all([answering('users'), answering('inventory')]);
  const router = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl }) });
  await startStandaloneServer(router, { listen: { port: PORTS.router } });

  const { runJest, TESTS } = require(join(suite, 'dist', 'testRunner.js'));
  const { assertions, assertionPassed, rawResults } = await runJest(urlOf('products'));
  const named = (name: string) =>
    assertions.some((each: { fullName: string }) => each.fullName.startsWith(name));
  // The suite counts a test that did not run as passed.
  const rows: [string, boolean][] = TESTS.map(({ assertion }: { assertion: string }) => [
    assertion,
    named(assertion) && assertionPassed(assertion),
  ]);
  for (const [assertion, passed] of rows) console.log(`${passed ? 'passed' : 'FAILED'}  ${assertion}`);
  const passed = rows.filter(([, passed]) => passed).length;
  console.log(
    `${passed} of ${rows.length}, in ${rawResults.numPassedTests} of ${rawResults.numTotalTests} tests`,
  );
  process.exitCode = passed === rows.length && rawResults.success ? 0 : 1;
  await router.stop();
} finally {
  for (const child of references) child.kill();
  await drain(products, 1_000);
}

/** Waits until a reference subgraph answers. It is a process that takes a while to start. */
async function answering(name: keyof typeof PORTS): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const answer = await sdlOf(urlOf(name)).catch(() => null);
    if (answer !== null) return;
    await sleep(50);
  }
  throw new Error(`The subgraph ${name} did not start.`);
}

async function sdlOf(url: string): Promise<string> {
  const body = JSON.stringify({ query: '{ _service { sdl } }' });
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await answer.json()) as { data: { _service: { sdl: string } } }).data._service.sdl;
}
