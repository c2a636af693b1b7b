import { z } from 'zod';
import { either, postgresUrl, wholeNumber } from '../forms.ts';
import { variable } from '../purpose.ts';

/** Which database the gateway uses, and how. */
export const database = {
  DATABASE_URL: variable(postgresUrl.optional(), {
    summary: 'Postgres database to use',
    secret: 'password',
    details: 'See [Point it at your Postgres](../README.md#point-it-at-your-postgres).',
    unset: 'an embedded Postgres in DATA_DIR',
  }),
  DATA_DIR: variable(z.string().describe('a folder').default('.data'), {
    summary: 'Folder of the embedded Postgres and its token',
    secret: 'none',
    details:
      'One gateway at a time can use it. See [The embedded Postgres](../README.md#the-embedded-postgres).',
  }),
  DATABASE_POOL_SIZE: variable(wholeNumber(1, 1_000).default(10), {
    summary: 'Connections to the database',
    secret: 'none',
    details:
      'Half of them are for small statements, three tenths for large reads, and a fifth for searches and counts, with at least one each. Readiness checks use one more, replacing all members of segments up to two more, imports one more, exports up to two more, and deliveries of webhooks one more. See [the decision](decisions/lanes.md).',
  }),
  DATABASE_WAIT: variable(wholeNumber(0, 3_600).default(30), {
    summary: 'Seconds to wait for the database at startup',
    secret: 'none',
    details:
      'If it is still unavailable then, the gateway exits with code 1 (2 if its host cannot be resolved).',
  }),
  DATABASE_NEWER: variable(either('refuse', 'serve').default('refuse'), {
    summary: 'What to do if a newer version migrated the database',
    secret: 'none',
    details:
      'With `refuse`, the gateway exits with code 1. With `serve`, it uses the database as it is. See [Rolling upgrades](versioning.md#rolling-upgrades).',
  }),
  DATABASE_POOLER: variable(either('none', 'transaction').default('none'), {
    summary: 'Mode of the pooler in front of the database, if any',
    secret: 'none',
    details:
      'See [Behind PgBouncer](../README.md#behind-pgbouncer). `transaction` requires `RATE_LIMIT_STORE=memory`.',
  }),
};
