import { importSegments } from '../segments/import/resolvers.ts';
import type { Answer } from './answer.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { importResults } from './import-results.ts';
import type { Handler } from './operation.ts';
import { evaluate, noTag, preconditionsOf } from './preconditions.ts';
import { fileReader } from './segment-file.ts';

/** Imports a file of segments, and answers with the results while it arrives. */
export const importFile: Handler = async ({ fields, headers, body }, context): Promise<Partial<Answer>> => {
  const read = fileReader(headers['content-type'], context.loop);
  const { dry_run, on_error, ...others } = fields;
  const input = {
    ...others,
    file: () => read(body()),
    idempotencyKey: idempotencyKeyOf(headers),
    dryRun: dry_run === undefined ? undefined : dry_run === 'true',
    onError: on_error,
  };
  if (evaluate(preconditionsOf(headers)) !== 'proceed') {
    importSegments.check(input, context); // as for a create
    throw noTag('collection');
  }
  const running = await importSegments.parse(input, context);
  return {
    headers: { 'content-type': 'application/x-ndjson' },
    pieces: { texts: importResults(running, context), close: () => running.results.return(undefined) },
  };
};
