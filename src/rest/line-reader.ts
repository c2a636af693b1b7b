import type { Line } from '../http/lines.ts';
import type { CustomerLine } from '../members/customer-line.ts';

/** A line that can be decoded. */
export type Text = Line & { text: string };

/** Reads the lines of a list one after the other. */
export interface LineReader {
  /** Returns the customer of a line; null if the line has none, such as a header, or is continued on the next one. */
  read(line: Text): CustomerLine | null;
  /** Whether the next line continues the previous one. */
  isWithin?(): boolean;
  /** Called after the last line. Throws INVALID_INPUT if it is not complete. */
  end?(): void;
}
