import type { Values } from '../statement.ts';

/** A property of a row, where its value stands in what comes over the wire, and how it is read. */
export interface Field {
  property: string;
  /** Undefined if it was not selected. */
  position: number | undefined;
  read(value: unknown): unknown;
}

/**
 * Reads rows by position. The function is written as source, once for each statement, as a developer would write it: an object
 * literal. V8 makes such an object twice as fast as one that is filled in a loop, and all have one shape, whatever
 * was selected. The source holds names and positions of columns, and nothing from outside.
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
