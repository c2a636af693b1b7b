import { setTimeout as sleep } from 'node:timers/promises';
import { reviewing } from '../../accounts/review.ts';
import type { Viewer } from '../../accounts/viewer.ts';
import { Refusal } from '../../errors/refusals.ts';
import { charged } from '../../fairness/loop-time.ts';
import { untilReady } from '../../fairness/stream-readiness.ts';
import type { Transfers } from '../../fairness/transfers.ts';
import type { WriteContext } from '../writes.ts';
import type { FileLine, LineResult, SegmentFile } from './file-line.ts';
import { gathered } from './gathered.ts';
import { type KeptNote, keptNote } from './kept-note.ts';
import { lineOf } from './line.ts';
import { LINES_OF_NOTE } from './note.ts';
import { type Mode, partImporter } from './part.ts';
import { partSize } from './part-size.ts';
import type { PlacedLine } from './plan.ts';

/** What an import needs. */
export interface ImportContext extends WriteContext {
  uploads: Transfers;
  identify(): Promise<Viewer | null>;
  leavePlace(): void;
}

/** Characters of lines that are read ahead. */
const FULL = 512 * 1024;
const ENDED = 'The token of this request has ended. Lines without a result were not imported.';

interface Options extends Mode {
  file: SegmentFile;
  idempotencyKey: string | null;
}

/** Imports a file and yields the results of its lines. Returns whether it was read to its end. */
export async function* imported(
  { file, idempotencyKey, ...mode }: Options,
  context: ImportContext,
  viewer: Viewer,
): AsyncGenerator<LineResult[], boolean> {
  const { segments, loop } = context;
  const end = context.uploads.begin(viewer.accountId);
  const importPart = partImporter(context, viewer, mode);
  const size = partSize(loop);
  const review = reviewing(context, viewer, { scopes: ['segments:write'], message: ENDED });
  let read = 0;
  let note: KeptNote | null = null;
  try {
    context.leavePlace();
    for await (const lines of gathered(file(), { most: size.lines, sizeOf, full: FULL })) {
      await untilReady(loop);
      await pay(context, lines.length);
      await review();
      const placed = charged(loop, () => lines.map((line, i) => placedLine(line, read + i, segments.birth)));
      for (const part of partsOf(placed)) {
        if (part.isFirst && idempotencyKey !== null && !mode.isDry) {
          const number = Math.floor(read / LINES_OF_NOTE);
          note = keptNote(segments, { accountId: viewer.accountId, idempotencyKey, number });
        }
        const results = await size.timed(part.lines.length, () => importPart(part.lines, note));
        read += part.lines.length;
        yield results;
        if (mode.stops && results.some(({ status }) => status === 'failed')) return false;
      }
    }
    return true;
  } finally {
    end();
  }
}

const sizeOf = ({ properties }: FileLine): number =>
  Object.values(properties ?? {}).reduce<number>((sum, value) => sum + String(value).length, 100);

/** Checks a line. Its `index` is its place in the file, 0 for the first line. */
function placedLine(line: FileLine, index: number, birth: Parameters<typeof lineOf>[1]): PlacedLine {
  const at = { number: line.number, place: index % LINES_OF_NOTE };
  try {
    return { ...at, line: lineOf(line, birth) };
  } catch (error) {
    if (error instanceof Refusal) return { ...at, line: error };
    throw error;
  }
}

/** Divides lines into parts of one note, in which no two have the same id. `isFirst` if a part is the first one of its note. */
function* partsOf(lines: readonly PlacedLine[]): Generator<{ isFirst: boolean; lines: PlacedLine[] }> {
  let part: PlacedLine[] = [];
  let ids = new Set<string>();
  const cut = () => {
    const done = { isFirst: part[0]?.place === 0, lines: part };
    part = [];
    ids = new Set();
    return done;
  };
  for (const each of lines) {
    const id = each.line instanceof Refusal ? undefined : each.line.segment.id;
    const isRepeated = id !== undefined && ids.has(id);
    if (part.length > 0 && (each.place === 0 || isRepeated)) yield cut();
    part.push(each);
    if (id !== undefined) ids.add(id);
  }
  if (part.length > 0) yield cut();
}

/** Spends a point for each line. If none are left, waits until there are new ones, because an import cannot be sent again so easily. */
async function pay({ spend }: ImportContext, points: number): Promise<void> {
  try {
    await spend(points);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'RATE_LIMITED') throw error;
    await sleep(Number(error.headers['retry-after'] ?? 1) * 1_000);
  }
}
