import type { z } from 'zod';
import type { Code } from '../errors/catalogue.ts';

/** What the API's documentation says about an operation, besides what follows from the rest of its definition. */
export interface Documentation {
  /** The name of its function in generated clients. */
  name: string;
  summary: string;
  /** In Markdown. */
  description?: string;
  /** What a successful answer means. */
  answers: string;
  /** The body of a successful answer, unless it has none. */
  body?: z.ZodType;
  /** The headers of a successful answer, besides those of every answer. */
  headers?: readonly string[];
  /** Whether it streams Server-Sent Events to callers who prefer them. */
  streams?: boolean;
  /** The files that it sends instead of a body, by media type. */
  files?: Readonly<Record<string, DocumentedFile>>;
  /** Examples of a list that it reads, by media type. */
  examples?: Readonly<Record<string, string>>;
  /** The codes of its refusals, besides those that every operation has. */
  refuses?: readonly Code[];
}

/** A file of any length, as the API's documentation describes it. */
export interface DocumentedFile {
  description: string;
  example: string;
  /** What a line of NDJSON can be. */
  lines?: readonly z.ZodType[];
}
