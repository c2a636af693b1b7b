import { z } from 'zod';
import { purposes, type Secrecy } from './purpose.ts';
import { secrecyOf } from './secrets.ts';
import { GROUPS } from './variables.ts';

/** A variable as the documentation presents it. */
export interface Description {
  name: string;
  /** What it must be. */
  form: string;
  summary: string;
  /** Markdown, with links as from a page in docs/. */
  details: string | undefined;
  /** Its default, as it would be written in the environment. */
  preset: string | undefined;
  /** What applies if it is not set and has no default. */
  unset: string | undefined;
  secret: Secrecy;
}

/** Returns all variables, grouped by topic. */
export function describeVariables(): { title: string; variables: Description[] }[] {
  return Object.entries(GROUPS).map(([title, group]) => ({
    title,
    variables: Object.entries<z.ZodType>(group).map(([name, schema]) => {
      const { summary = '', details, unset } = purposes.get(schema) ?? {};
      return {
        name,
        form: formOf(schema),
        summary,
        details,
        preset: presetOf(schema),
        unset,
        secret: secrecyOf(name),
      };
    }),
  }));
}

/** Returns what a variable must be: the description of its schema, without the default or optional around it. */
export function formOf(schema: z.ZodType | undefined): string {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodType ? (inner.description ?? '') : '';
}

function presetOf(schema: z.ZodType): string | undefined {
  if (!(schema instanceof z.ZodDefault)) return undefined;
  const { defaultValue } = schema.def;
  return typeof defaultValue === 'boolean' ? (defaultValue ? 'on' : 'off') : String(defaultValue);
}

/** Matches a form that lists all values. */
const CHOICE = /^\w+ or \w+$/;

/** Returns the text about all variables for a terminal: one line for each, below the title of its group. */
export function variablesHelp(): string {
  const groups = describeVariables();
  const width = Math.max(...groups.flatMap(({ variables }) => variables.map(({ name }) => name.length)));
  const lineOf = ({ name, form, summary, preset, unset }: Description) => {
    const choice = CHOICE.test(form) ? form : undefined;
    const otherwise = preset === undefined ? unset && `unset: ${unset}` : `default: ${preset}`;
    const notes = [choice, otherwise].filter((note) => note !== undefined);
    return `  ${name.padEnd(width)}  ${summary}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
  };
  return groups
    .map(({ title, variables }) => [`${title}:`, ...variables.map(lineOf)].join('\n'))
    .join('\n\n');
}
