import { z } from 'zod';
import { catalogue } from '../../errors/catalogue.ts';
import { requestId } from './properties.ts';

const CODES = Object.keys(catalogue) as [keyof typeof catalogue];

export const Problem = z
  .object({
    type: z
      .string()
      .meta({ description: 'URI of the kind of problem.', examples: ['urn:segments:problem:not-found'] }),
    title: z.string().meta({ description: 'The kind of problem, for people.', examples: ['Not found'] }),
    status: z.int().meta({ description: 'Status of the response.', examples: [404] }),
    detail: z.string().meta({ description: 'What is wrong with this request, for people.' }),
    code: z.enum(CODES).meta({ description: 'The kind of problem, for programs.' }),
    errors: z
      .array(
        z.object({
          param: z.string().meta({ description: 'The parameter.', examples: ['limit'] }),
          message: z.string().meta({ description: 'What it must be, and what it was.' }),
        }),
      )
      .optional()
      .meta({ description: 'The parameters that are wrong, up to 20. Only for INVALID_INPUT.' }),
    outcome: z.enum(['not_applied', 'unknown']).optional().meta({
      description:
        'Only for UNAVAILABLE: whether a write was certainly not applied, or may have been. If it is unknown, look for the request id in the event log.',
    }),
    request_id: requestId,
  })
  .meta({ description: 'A problem, as defined by RFC 9457.' });
