import { Gauge, type Registry } from 'prom-client';
import { LANES, type StatementEnded } from '../../observation.ts';
import type { LaneVitals } from '../vitals.ts';
import { distribution } from './distribution.ts';

/** In seconds. The gateway gives most statements 1.5 seconds, and those of the lane `long` 150. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** Measures statements and the connections of each lane. */
export function databaseMetrics(
  registry: Registry,
  lanes: () => readonly LaneVitals[],
): (ended: StatementEnded) => void {
  const registers = [registry];
  const perLane = { labelNames: ['lane'], registers } as const;
  new Gauge({
    name: 'segments_database_connections',
    help: 'Open connections to the database, by whether a statement uses them.',
    labelNames: ['lane', 'state'],
    registers,
    collect() {
      for (const { name: lane, connections, idleConnections } of lanes()) {
        this.set({ lane, state: 'idle' }, idleConnections);
        this.set({ lane, state: 'active' }, connections - idleConnections);
      }
    },
  });
  new Gauge({
    name: 'segments_database_connections_max',
    help: 'Connections to the database that can be open.',
    ...perLane,
    collect() {
      for (const { name: lane, maxConnections } of lanes()) this.set({ lane }, maxConnections);
    },
  });
  new Gauge({
    name: 'segments_database_waiting_statements',
    help: 'Statements that wait for their turn.',
    ...perLane,
    collect() {
      for (const { name: lane, waiting } of lanes()) this.set({ lane }, waiting);
    },
  });
  const wait = distribution({
    name: 'segments_database_wait_seconds',
    help: 'Time that a statement waited for its turn.',
    ...{ labels: ['lane'], bounds: DURATIONS, registry },
  });
  const duration = distribution({
    name: 'segments_database_statement_duration_seconds',
    help: 'Time that a statement took, or, in the lanes "long" and "export", a transaction.',
    ...{ labels: ['lane'], bounds: DURATIONS, registry },
  });
  const batch = distribution({
    name: 'segments_database_batch_calls',
    help: 'Calls of requests that one statement answered together.',
    ...{ labels: ['lane'], bounds: BATCHES, registry },
  });
  const series = new Map(
    LANES.map((lane) => [
      lane,
      { wait: wait({ lane }), duration: duration({ lane }), batch: batch({ lane }) },
    ]),
  );

  return ({ lane, calls, waitedMs, ms }) => {
    const of = series.get(lane);
    of?.wait.observe(waitedMs / 1_000);
    of?.duration.observe(ms / 1_000);
    if (calls !== undefined) of?.batch.observe(calls);
  };
}
