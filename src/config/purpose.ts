import { z } from 'zod';

/** What the documentation says of a variable, beside its form and its default, which its schema has. */
export interface Purpose {
  /** In one phrase, for `--help` as well. */
  summary: string;
  /** More about it in Markdown, with links as from a page in docs/. */
  details?: string;
  /** What holds if it is not set and has no default. */
  unset?: string;
}

/** The purpose of each variable's schema. */
export const purposes = z.registry<Purpose>();

/** A variable: the schema of what it may hold, with its purpose. */
export function variable<Schema extends z.ZodType>(schema: Schema, purpose: Purpose): Schema {
  purposes.add(schema, purpose);
  return schema;
}
