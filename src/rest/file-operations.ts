import { exportSegments } from '../segments/export/resolvers.ts';
import { importSegments } from '../segments/import/resolvers.ts';
import { COLLECTION } from './customer-segments.ts';
import { exportFile } from './export.ts';
import { FILTERS } from './fields.ts';
import { importFile } from './import.ts';
import { operation, type Resource } from './operation.ts';
import { CustomerSegment, ImportResult, ImportSummary } from './schemas.ts';
import { FILE_TYPES } from './segment-file.ts';

const NDJSON = `{"id":"0VcF6O1ofTkSFZgO","name":"High Spend Customers","criteria":"Customers who spend more than $1000 per month","description":"Our best customers","created_at":1795843518,"updated_at":1795843518}
`;
const CSV =
  'id,name,criteria,description,created_at,updated_at\r\n0VcF6O1ofTkSFZgO,High Spend Customers,Customers who spend more than $1000 per month,Our best customers,1795843518,1795843518\r\n';

/** The documented operations on files of segments. */
export const customerSegmentFiles: Resource = {
  [`${COLLECTION}/import`]: {
    POST: operation({
      documentation: {
        name: 'importCustomerSegments',
        summary: 'Import segments',
        description: `Creates and replaces segments, one for each line of a file of any length. The result of each line is sent while the file arrives.

- A line without \`id\` creates a segment. A line with \`id\` creates that segment, or replaces it if you have it. \`name\`, \`criteria\` and
  \`description\` are required.
- \`created_at\` is ignored, because the \`id\` contains it. \`updated_at\` is kept if the line has an \`id\`. So an export can be imported as it is.
- In CSV, the first line names the columns, in any order. An empty \`id\`, \`created_at\` or \`updated_at\` means that there is none.
- Empty lines are skipped. A line can have up to 128 KiB.`,
        answers:
          'The results of the lines, in the order of the file, then a summary. It is also sent if lines failed, and if the import ended early.',
        examples: {
          'application/x-ndjson': `{"name":"New Customers","criteria":"joined < 30 days ago","description":""}\n${NDJSON}`,
          'text/csv': 'name,criteria,description\r\nNew Customers,joined < 30 days ago,\r\n',
        },
        files: {
          'application/x-ndjson': {
            description: 'A line for each result, and one with the summary.',
            lines: [ImportResult, ImportSummary],
            example: `{"line":1,"status":"created","id":"0VcF6O1ofTkSFZgO"}
{"line":2,"status":"failed","code":"INVALID_INPUT","errors":[{"param":"name","message":"is required"}]}
{"created":1,"updated":0,"unchanged":0,"failed":1,"complete":true}
`,
          },
        },
      },
      resolver: importSegments,
      fields: {
        dry_run: {
          in: 'query',
          is: 'dryRun',
          values: ['true', 'false'],
          description: 'Whether to write nothing, and only say what would happen. The default is `false`.',
        },
        on_error: {
          in: 'query',
          is: 'onError',
          values: ['continue', 'stop'],
          description: 'What to do after a line that failed. The default is `continue`.',
        },
        'Idempotency-Key': {
          in: 'header',
          is: 'idempotencyKey',
          description:
            'A key of your choice, such as a UUID. For 24 hours, the same file with the same key creates nothing twice. So an import that was interrupted is completed by sending the file again. Lines that failed can be corrected in it.',
        },
      },
      lists: FILE_TYPES,
      status: 200,
      handle: importFile,
    }),
  },
  [`${COLLECTION}/export`]: {
    GET: operation({
      documentation: {
        name: 'exportCustomerSegments',
        summary: 'Export segments',
        description:
          'Sends all segments of your account, oldest first, as they were at one moment. If the gateway cannot send the whole file, it breaks off the connection, and the body is incomplete.',
        answers: 'The segments, as NDJSON, or as CSV with `Accept: text/csv`.',
        files: {
          'application/x-ndjson': {
            description: 'A line for each segment.',
            lines: [CustomerSegment],
            example: NDJSON,
          },
          'text/csv': { description: 'A record for each segment (RFC 4180).', example: CSV },
        },
        headers: ['Event-Cursor', 'Content-Disposition'],
      },
      resolver: exportSegments,
      fields: FILTERS,
      status: 200,
      handle: exportFile,
    }),
  },
};
