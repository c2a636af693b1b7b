import type { Context } from '../../src/context.ts';
import type { FileLine, LineResult, Summary } from '../../src/segments/import/file-line.ts';
import { importSegments } from '../../src/segments/import/resolvers.ts';
import type { TestGateway, Who } from '../harness.ts';

/** What an import came to: the results of its lines, and their sum. */
export interface Imported {
  results: LineResult[];
  summary: Summary;
  /** The ids of the lines that did not fail. */
  ids: string[];
}

export interface ImportOptions {
  idempotencyKey?: string;
  dryRun?: boolean;
  onError?: 'continue' | 'stop';
  as?: Who;
  context?: Partial<Context>;
}

/** Returns lines with these properties, numbered from 1. */
export const linesOf = (all: readonly object[]): FileLine[] =>
  all.map((properties, i) => ({ number: i + 1, properties: { ...properties } }));

/** Imports lines. `pieces` is how they arrive; all at once if there is only one. */
export function importOf(
  gateway: TestGateway,
  file: () => AsyncIterable<readonly FileLine[]>,
  { as = 'ada', context, ...options }: ImportOptions = {},
) {
  return importSegments.parse({ ...options, file }, { ...gateway.context(as), ...context });
}

/** Returns all items of a source. */
export async function allOf<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of source) all.push(item);
  return all;
}

/** Imports lines with these properties, which arrive all at once. */
export async function imported(
  gateway: TestGateway,
  properties: readonly object[],
  options: ImportOptions = {},
): Promise<Imported> {
  const file = async function* () {
    yield linesOf(properties);
  };
  const { results: groups, summary } = await importOf(gateway, file, options);
  const results = (await allOf(groups)).flat();
  return {
    results,
    summary: summary(),
    ids: results.flatMap((each) => ('id' in each && each.id ? [each.id] : [])),
  };
}

export const statusesOf = ({ results }: Imported): string[] => results.map(({ status }) => status);
