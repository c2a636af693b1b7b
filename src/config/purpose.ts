import { z } from 'zod';

/** What the documentation says about a variable, in addition to its form and default, which its schema has. */
export interface Purpose {
  /** One phrase, which `--help` shows as well. */
  summary: string;
  /** More about it in Markdown. Links are relative to docs/. */
  details?: string;
  /** What applies if it is not set and has no default. */
  unset?: string;
  secret: Secrecy;
}

/**
 * Which part of a value is secret. Whatever is secret is not shown, and can be set by a file (`{name}_FILE`). Each variable must
 * say it, so that none is forgotten.
 */
export type Secrecy = 'none' | 'password' | 'whole';

/** The purpose of each variable's schema. */
export const purposes = z.registry<Purpose>();

/** Registers the purpose of a variable. Returns its schema. */
export function variable<Schema extends z.ZodType>(schema: Schema, purpose: Purpose): Schema {
  purposes.add(schema, purpose);
  return schema;
}
