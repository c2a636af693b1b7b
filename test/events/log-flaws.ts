import type { EventType } from '../../src/events/event.ts';

/** An event, as far as the order and the completeness of a log depend on it. */
export interface Logged {
  n: number;
  type: EventType;
  segmentId: string;
  version: number;
  requestId: string;
}

/** A write that was acknowledged. The version of the segment after it is null if the answer did not say. */
export interface Acknowledged extends Omit<Logged, 'n' | 'version'> {
  version: number | null;
}

/**
 * Describes everything in the log of an account that contradicts the acknowledged writes. `unknown` are the ids of requests
 * without an answer, whose writes may or may not have been applied.
 */
export function flawsOf(
  log: readonly Logged[],
  acknowledged: readonly Acknowledged[],
  unknown: ReadonlySet<string> = new Set(),
): string[] {
  return [...gapsIn(log), ...disorderIn(log), ...differencesOf(log, acknowledged, unknown)];
}

/** The numbers must be 1, 2, 3 and so on. */
const gapsIn = (log: readonly Logged[]): string[] =>
  log.flatMap(({ n }, i) => (n === i + 1 ? [] : [`number ${n} at place ${i + 1}`]));

/** The versions of each segment must be 1, 2, 3 and so on: first its creation, and its deletion last. */
function disorderIn(log: readonly Logged[]): string[] {
  const last = new Map<string, Logged>();
  return log.flatMap((event) => {
    const before = last.get(event.segmentId);
    last.set(event.segmentId, event);
    const isInOrder =
      event.version === (before?.version ?? 0) + 1 &&
      (event.type === 'SEGMENT_CREATED') === !before &&
      before?.type !== 'SEGMENT_DELETED';
    return isInOrder ? [] : [`out of order: ${textOf(event)}`];
  });
}

function differencesOf(
  log: readonly Logged[],
  acknowledged: readonly Acknowledged[],
  unknown: ReadonlySet<string>,
): string[] {
  const left = new Map<string, Logged[]>();
  for (const event of log) left.set(keyOf(event), [...(left.get(keyOf(event)) ?? []), event]);
  const lost = acknowledged.flatMap((write) => {
    const events = left.get(keyOf(write)) ?? [];
    const place = events.findIndex(({ version }) => write.version === null || version === write.version);
    if (place === -1) return [`lost: ${textOf(write)}`];
    events.splice(place, 1);
    return [];
  });
  const extra = [...left.values()].flat().filter(({ requestId }) => !unknown.has(requestId));
  return [...lost, ...extra.map((event) => `extra: ${textOf(event)}`)];
}

const keyOf = ({ requestId, type, segmentId }: Acknowledged) => `${requestId} ${type} ${segmentId}`;

const textOf = ({ type, segmentId, version, requestId }: Acknowledged) =>
  `${type} of ${segmentId} at version ${version}, request ${requestId}`;
