import { resolver } from '../../resolver.ts';
import type { LineResult, SegmentImport, Summary } from './file-line.ts';
import { ImportSegments } from './imported-segment.ts';
import { type ImportContext, imported } from './run.ts';

/**
 * Imports a file of segments of any length, as fast as it can be stored. A line without an id creates a segment; one with an id
 * creates that segment or replaces it. With an idempotency key, lines that an earlier import with this key has done are not done
 * again. The results throw RATE_LIMITED or UNAVAILABLE at first if too many imports are in progress, and later UNAVAILABLE, TIMEOUT,
 * UNAUTHENTICATED, or what reading the file throws.
 */
export const importSegments = resolver({
  name: 'importSegments',
  scope: 'segments:write',
  input: ImportSegments,
  run: ({ file, idempotencyKey, dryRun, onError }, context: ImportContext, viewer): SegmentImport => {
    const summary: Summary = { created: 0, updated: 0, unchanged: 0, failed: 0, complete: false };
    const mode = { isDry: dryRun ?? false, stops: onError === 'stop' };
    const lines = imported({ file, idempotencyKey: idempotencyKey ?? null, ...mode }, context, viewer);
    return { results: counted(lines, summary), summary: () => ({ ...summary }) };
  },
});

async function* counted(
  lines: AsyncGenerator<LineResult[], boolean>,
  summary: Summary,
): AsyncGenerator<LineResult[]> {
  try {
    for (let next = await lines.next(); ; next = await lines.next()) {
      if (next.done) {
        summary.complete = next.value;
        return;
      }
      for (const { status } of next.value) summary[status] += 1;
      yield next.value;
    }
  } finally {
    await lines.return(false);
  }
}
