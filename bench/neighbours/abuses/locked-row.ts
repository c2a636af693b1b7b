import pg from 'pg';
import { asBig, looped } from '../loop.ts';
import type { Abuse } from '../target.ts';

const writes = looped({ callers: 16, as: asBig }, (by, { big }, n, signal) =>
  by.send(
    { method: 'PUT', path: `/v1/customer-segments/${big.ids[1]}`, body: { description: `${n}` } },
    signal,
  ),
);

/** Writes to a row that another session keeps locked (55P03). */
export const abuse: Abuse = async (target, signal, answered) => {
  const client = new pg.Client(target.databaseUrl);
  await client.connect();
  await client.query('begin');
  await client.query('select from segments where id = $1 for update', [target.big.ids[1]]);
  await writes(target, signal, answered);
  await client.query('rollback');
  await client.end();
};
