import { z } from 'zod';
import { Problem } from './problem.ts';
import { segmentId } from './properties.ts';

export const ImportResult = z
  .object({
    line: z.int().meta({
      description:
        'Number of the line in the file. A record of CSV has the number of the line on which it begins.',
      examples: [1],
    }),
    status: z.enum(['created', 'updated', 'unchanged', 'failed']).meta({
      description:
        'What became of the line. `unchanged`: the segment had this content before, and nothing was written.',
    }),
    id: segmentId.optional().meta({
      description: 'Id of the segment. Omitted for a failed line, and for a new segment of a dry run.',
    }),
    code: Problem.shape.code.optional().meta({ description: 'Why the line failed, for programs.' }),
    errors: Problem.shape.errors.meta({
      description: 'Why the line failed, for people. `param` is empty if the line as a whole is wrong.',
    }),
  })
  .meta({ description: 'What became of one line of an imported file.' });

const count = (description: string) => z.int().meta({ description, examples: [2] });

export const ImportSummary = z
  .object({
    created: count('Segments that were created.'),
    updated: count('Segments that were replaced.'),
    unchanged: count('Segments that had the content of their line before.'),
    failed: count('Lines that failed.'),
    complete: z.boolean().meta({ description: 'Whether the file was read to its end.' }),
    problem: Problem.optional().meta({
      description: 'Why the import ended before the end of the file, if it was not for `on_error=stop`.',
    }),
  })
  .meta({ description: 'What an import did, the last line of its answer.' });
