import type { Database } from '../database/connect.ts';
import type { Live } from '../events/live.ts';
import type { Streams } from '../events/streams.ts';
import type { GraphqlSockets } from '../graphql/transport/web-socket.ts';
import { LANES } from '../observation.ts';
import type { LaneVitals, Vitals } from '../telemetry/vitals.ts';
import type { placesFor } from './places.ts';

interface Parts {
  database: Database;
  live: Live;
  streams: Streams;
  places: ReturnType<typeof placesFor>;
  sockets: GraphqlSockets;
  unsentBytes(): number;
}

/** Returns the function that reads the current state of a gateway, for the metrics. It asks nobody, so it never waits. */
export const vitals =
  ({ database, live, streams, places, sockets, unsentBytes }: Parts): Vitals =>
  () => ({
    requestsInFlight: places.taken(),
    maxRequestsInFlight: places.max,
    unsentBytes: unsentBytes(),
    streams: streams.count(),
    webSockets: sockets.count(),
    eventsSent: streams.eventsSent(),
    writes: live.writes(),
    lanes: LANES.map((name): LaneVitals => {
      const { $client: pool, queue } = name === 'small' ? database : database[name];
      return {
        name,
        connections: pool.totalCount,
        idleConnections: pool.idleCount,
        maxConnections: pool.options.max,
        waiting: queue.waiting(),
      };
    }),
  });
