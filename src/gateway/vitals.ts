import type { Database } from '../database/connect.ts';
import type { Live } from '../events/live.ts';
import type { Streams } from '../events/streams.ts';
import type { GraphqlSockets } from '../graphql/transport/web-socket.ts';
import { LANES } from '../observation.ts';
import type { LaneVitals, Vitals } from '../telemetry/vitals.ts';
import type { placesFor } from './places.ts';
import type { Webhooks } from './webhooks.ts';

interface Parts {
  database: Database;
  live: Live;
  streams: Streams;
  places: ReturnType<typeof placesFor>;
  sockets: GraphqlSockets;
  unsentBytes(): number;
  webhooks: Webhooks;
}

/** Returns the function that reads the current state of a gateway, for the metrics. It asks nobody, so it never waits. */
export const vitals =
  ({ database, live, streams, places, sockets, unsentBytes, webhooks }: Parts): Vitals =>
  () => ({
    requestsInFlight: places.taken(),
    maxRequestsInFlight: places.max,
    unsentBytes: unsentBytes(),
    streams: streams.count(),
    webSockets: sockets.count(),
    eventsSent: streams.eventsSent(),
    writes: live.writes(),
    webhooks: webhooks.vitals(),
    lanes: lanesOf(database),
  });

/** Reads the current state of the connections of each lane. */
export const lanesOf = (database: Database): LaneVitals[] =>
  LANES.map((name) => {
    const { $client: pool, queue } = name === 'small' ? database : database[name];
    return {
      name,
      connections: pool.totalCount,
      idleConnections: pool.idleCount,
      maxConnections: pool.options.max,
      waiting: queue.waiting(),
    };
  });
