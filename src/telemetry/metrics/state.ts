import { Counter, Gauge, type Registry } from 'prom-client';
import type { Vitals } from '../vitals.ts';

/** Shows the current state of a gateway, and what it has counted itself. Nothing is shown while there is no gateway. */
export function stateMetrics(registry: Registry, vitals: () => ReturnType<Vitals> | undefined): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (state: ReturnType<Vitals>) => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        const state = vitals();
        this.set(state ? read(state) : 0);
      },
    });
  const counter = (name: string, help: string, read: (state: ReturnType<Vitals>) => number) =>
    new Counter({
      ...{ name, help, registers },
      collect() {
        const state = vitals();
        this.reset();
        if (state) this.inc(read(state));
      },
    });

  gauge(
    'segments_requests_in_flight',
    'Requests that are worked on now, without streams and bodies that are still arriving.',
    ({ requestsInFlight }) => requestsInFlight,
  );
  gauge(
    'segments_requests_in_flight_max',
    'Requests that can be worked on at the same time. Further ones are refused.',
    ({ maxRequestsInFlight }) => maxRequestsInFlight,
  );
  gauge(
    'segments_unsent_bytes',
    'Bytes of answers that callers have not read yet.',
    (state) => state.unsentBytes,
  );
  gauge(
    'segments_streams',
    'Open streams of events, and requests that wait for events.',
    (state) => state.streams,
  );
  gauge('segments_websocket_connections', 'Open WebSocket connections.', ({ webSockets }) => webSockets);
  counter('segments_stream_events_total', 'Events that streams have sent.', ({ eventsSent }) => eventsSent);
  counter(
    'segments_log_writes_total',
    'Writes of this gateway that added to the event log.',
    ({ writes }) => writes,
  );
}
