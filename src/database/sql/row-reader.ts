import type { Values } from '../statement.ts';

/** A property of a row, the position of its value in the result, and how to read the value. */
export interface Field {
  property: string;
  /** Undefined if it was not selected. */
  position: number | undefined;
  read(value: unknown): unknown;
}

/**
 * Returns a function that reads rows by position. It is compiled once per statement and returns an object literal, which V8
 * creates faster than an object that is filled in a loop. All rows have the same shape, whatever was selected. The source
 * contains only the names and positions of columns, and nothing from a request. See docs/decisions/columns.md.
 */
export function rowReader<Row>(fields: readonly Field[]): (values: Values) => Row {
  const entries = fields.map(({ property, position }, i) => {
    const value = position === undefined ? 'undefined' : `read${i}(values[${position}])`;
    return `${JSON.stringify(property)}: ${value}`;
  });
  const compile = new Function(
    ...fields.map((_, i) => `read${i}`),
    `return (values) => ({ ${entries.join(', ')} });`,
  );
  return compile(...fields.map(({ read }) => read));
}
