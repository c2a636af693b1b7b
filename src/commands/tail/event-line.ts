import { brief, visible } from '../../errors/quoted.ts';

/** What a line shows of an event, as REST has it. */
export interface ShownEvent {
  type: string;
  created_at: number;
  segment_id: string;
  segment: { name: string } | null;
  changes: Readonly<Record<string, { before: unknown; after: unknown }>>;
  actor: { kind: string; id: string | null; name: string | null };
}

/** Formats an event for a terminal: when, what, which segment, its name, what changed, and who did it. */
export function eventLine({ type, created_at, segment_id, segment, changes, actor }: ShownEvent): string {
  const time = new Date(created_at * 1000).toISOString().replace('.000', '');
  const changed = Object.entries(changes).map(
    ([property, { before, after }]) => `${property}: ${shown(before)} → ${shown(after)}`,
  );
  const parts = [
    time,
    type.replace(/^customer_segment\./, '').padEnd(7),
    segment_id,
    ...(segment ? [shown(segment.name)] : []),
    ...(changed.length > 0 ? [changed.join(', ')] : []),
    `by ${brief(actor.name ?? actor.id ?? actor.kind.toLowerCase())}`,
  ];
  return visible(parts.join('  '));
}

const shown = (value: unknown): string => (value === null ? 'null' : `"${brief(String(value))}"`);
