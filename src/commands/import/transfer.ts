import { persist } from '../gateway/attempts.ts';
import { countOf, type Progress } from '../progress.ts';
import { acknowledgements } from './acknowledged.ts';
import { reasonOf, type Summary } from './result.ts';
import { type Upload, upload } from './upload.ts';

interface Options extends Omit<Upload, 'onSent' | 'onResults'> {
  progress: Progress;
}

/** The result of an import. */
export interface Imported {
  summary: Summary;
  /** The lines that failed. Only their numbers are kept, because there can be many of them. */
  failedLines: number[];
  /** Why the first of them failed. */
  reasons: string[];
}

/** Max attempts in a row that get no further: together about a minute. */
const MAX_ATTEMPTS = 8;
const MAX_REASONS = 20;

export interface Transfer {
  /** Imports the file. If the connection is cut or the gateway cannot answer, sends it again. Throws if that does not help. */
  run(): Promise<Imported>;
  /** The last line that has a result; 0 if there is none. */
  reached(): number;
}

/** Prepares the import of a file. */
export function transferOf({ progress, source, ...options }: Options): Transfer {
  let reached = 0;

  async function attempt(): Promise<Imported> {
    const acknowledged = acknowledgements();
    const failedLines: number[] = [];
    const reasons: string[] = [];
    let done = 0;
    const summary = await upload({
      ...{ ...options, source },
      onSent: acknowledged.sent,
      onResults(results) {
        for (const result of results) {
          if (result.status !== 'failed') continue;
          failedLines.push(result.line);
          if (reasons.length < MAX_REASONS) reasons.push(reasonOf(result));
        }
        done += results.length;
        const line = results.at(-1)?.line ?? 0;
        reached = Math.max(reached, line);
        const { size } = source.file ?? {};
        const part = size ? Math.min(1, acknowledged.doneAt(line) / size) : undefined;
        progress.update({ text: `${countOf(done, 'line')}`, part });
      },
    });
    return { summary, failedLines, reasons };
  }

  const max = source.file ? MAX_ATTEMPTS : 1;
  const persistence = { max, reached: () => reached, tell: progress.tell, signal: options.signal };
  return { run: () => persist(attempt, persistence), reached: () => reached };
}
