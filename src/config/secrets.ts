import type { z } from 'zod';
import { purposes, type Secrecy } from './purpose.ts';
import { Variables } from './variables.ts';

const secrecies: ReadonlyMap<string, Secrecy> = new Map(
  Object.entries<z.ZodType>(Variables.shape).map(([name, schema]) => [
    name,
    purposes.get(schema)?.secret ?? 'whole',
  ]),
);

/** Which part of a variable's value is secret. */
export const secrecyOf = (name: string): Secrecy => secrecies.get(name) ?? 'whole';

/** The names of the variables that contain a secret. Each can be set by a file: `{name}_FILE`. */
export const SECRETS: readonly string[] = [...secrecies.keys()].filter((name) => secrecyOf(name) !== 'none');
