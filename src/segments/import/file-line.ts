import type { Code } from '../../errors/catalogue.ts';
import type { Issue } from '../../errors/invalid-input.ts';

/** A line of a file as it was read: what it has under the names of the REST API, or why it cannot be read. */
export interface FileLine {
  /** 1 for the first line. A record of CSV has the number of the line on which it begins. */
  number: number;
  /** It is checked like every other input. */
  properties?: Readonly<Record<string, unknown>>;
  /** The parameter of a problem is relative to the line; empty for the line itself. */
  problems?: readonly Issue[];
}

/** A file of any length, as it arrives. Opened once, when it is needed; reading it waits for the sender. */
export type SegmentFile = () => AsyncIterable<readonly FileLine[]>;

/** What a line came to. A dry run knows no id of a new segment. */
export type LineResult =
  | { line: number; status: 'created' | 'updated' | 'unchanged'; id?: string }
  | { line: number; status: 'failed'; code: Code; errors: readonly Issue[] };

/** How many lines came to what. */
export interface Summary {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  /** Whether the file was read to its end. */
  complete: boolean;
}

/** An import in progress. Its reader must read the results to the end, or call `return` on them. */
export interface SegmentImport {
  /** The results of lines, in the order of the file. A line is stored before its result is yielded. Throws a refusal if the import cannot go on. */
  results: AsyncGenerator<readonly LineResult[]>;
  /** What the results so far add up to. */
  summary(): Summary;
}
