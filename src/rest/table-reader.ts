import type { Issue } from '../errors/invalid-input.ts';
import type { CsvRecord } from '../http/csv-parser.ts';

/** What a record comes to, besides its values. */
interface Row {
  number: number;
  /** Why it has no values. */
  problems?: readonly Issue[];
}

/**
 * Reads records of which the first one names the columns. `begin` receives that header, and returns the function that reads the fields
 * of the others. Returns null for the header.
 */
export function tableReader<Values extends object>(
  begin: (header: CsvRecord) => (fields: readonly string[]) => Values,
): (record: CsvRecord) => Row | (Row & Values) | null {
  let table: { width: number; valuesOf: (fields: readonly string[]) => Values } | undefined;
  return (record) => {
    const { number, fields, problems = [] } = record;
    if (!table) {
      table = { width: fields.length, valuesOf: begin(record) };
      return null;
    }
    if (problems.length > 0) return { number, problems };
    if (fields.length === table.width) return { number, ...table.valuesOf(fields) };
    return { number, problems: [misfit(table.width, fields.length)] };
  };
}

const misfit = (width: number, count: number): Issue => ({
  param: '',
  message: `must have ${width === 1 ? '1 field' : `${width} fields`} like the header, not ${count}`,
});
