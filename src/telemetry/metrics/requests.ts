import type { Registry } from 'prom-client';
import type { ExchangeEnded, FaceName, Requested } from '../../observation.ts';
import { type Distribution, distribution } from './distribution.ts';
import { CODES, type Names, naming, OTHER } from './names.ts';
import { type Count, kept, tally } from './tally.ts';

/** In seconds. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The series of one operation. */
interface Series {
  byStatus: Map<ExchangeEnded['status'], Count>;
  duration: Distribution;
}

/** Counts requests, their durations and their errors. */
export function requestMetrics(registry: Registry, names: Names): (ended: ExchangeEnded) => void {
  const { operationOf, rootFieldsOf } = naming(names);
  const total = tally({
    name: 'segments_http_requests_total',
    help: 'Requests that were answered or aborted, including operations over WebSocket. A stream counts when it ends.',
    labels: ['face', 'operation', 'status'],
    registry,
  });
  const duration = distribution({
    name: 'segments_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer, without streams.',
    labels: ['face', 'operation'],
    bounds: DURATIONS,
    registry,
  });
  const rootField = tally({
    name: 'segments_graphql_root_fields_total',
    help: 'GraphQL operations that requested a root field. An operation counts once for each of its root fields.',
    labels: ['field'],
    registry,
  });
  const error = tally({
    name: 'segments_errors_total',
    help: 'Requests that were answered with an error of this code, also if the status is 200.',
    labels: ['face', 'code'],
    registry,
  });
  const errorsOf = new Map(
    Object.entries(CODES).map(([face, codes]) => [
      face,
      new Map(codes.map((code) => [code, error({ face, code })])),
    ]),
  );
  const series = new Map<FaceName, Map<string, Series>>();
  const rootFields = new Map<string, Count>();

  const seriesOf = (face: FaceName, operation: string): Series =>
    kept(
      kept(series, face, () => new Map()),
      operation,
      () => ({ byStatus: new Map(), duration: duration({ face, operation }) }),
    );

  function countRootFields(requested: Requested): void {
    for (const field of rootFieldsOf(requested)) {
      kept(rootFields, field, () => rootField({ field })).value += 1;
    }
  }

  function countErrors(face: FaceName, codes: readonly string[]): void {
    const known = errorsOf.get(face);
    for (const code of codes) {
      const count = known?.get(code) ?? known?.get(OTHER);
      if (count) count.value += 1;
    }
  }

  return (ended) => {
    const { face, requested, status, codes, isStream, ms } = ended;
    const operation = operationOf(ended);
    const { byStatus, duration: durationOf } = seriesOf(face, operation);
    kept(byStatus, status, () => total({ face, operation, status: String(status) })).value += 1;
    if (!isStream) durationOf.observe(ms / 1_000);
    if (requested) countRootFields(requested);
    if (codes) countErrors(face, codes);
  };
}
