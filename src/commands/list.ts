import { brief, UNPRINTABLE, visible } from '../errors/quoted.ts';
import { print } from './output.ts';

/** The columns of a list: the title of each, and what it shows of a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string>>;

/** Max characters of a cell on a terminal. The last column is not shortened. */
const MAX_CELL = 60;

/**
 * Prints a list: on a terminal as aligned columns, otherwise as lines of cells that are separated by tabs, such as for `cut`. Both
 * begin with the titles. Control characters in a cell are shown as their numbers.
 */
export async function printList<Row>(rows: readonly Row[], columns: Columns<Row>): Promise<void> {
  const titles = Object.keys(columns);
  const cells = rows.map((row) => Object.values(columns).map((cell) => visible(cell(row))));
  const lines = process.stdout.isTTY
    ? await aligned([titles.map((title) => title.toUpperCase()), ...cells])
    : [titles, ...cells].map((line) => line.join('\t'));
  for (const line of lines) print(line);
}

/** Aligns cells by the width that a terminal gives them: a Chinese character takes two columns, a combining one none. */
export async function aligned(table: readonly string[][]): Promise<string[]> {
  const { default: widthOf } = await import('string-width');
  const shown = table.map((cells) =>
    cells.map((cell, i) => (i < cells.length - 1 ? brief(cell, MAX_CELL) : cell)),
  );
  const widths = (shown[0] ?? []).map((_, i) => Math.max(...shown.map((cells) => widthOf(cells[i] ?? ''))));
  return shown.map((cells) =>
    cells
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Prints a value as one line of JSON, with control and invisible characters escaped. */
export function printJson(value: unknown): void {
  print(jsonLine(JSON.stringify(value)));
}

/** Escapes what JSON allows and a terminal must not receive. */
export const jsonLine = (json: string): string =>
  json.replace(UNPRINTABLE, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
