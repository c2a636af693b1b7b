import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WITHOUT_EVENTS } from '../data.ts';

const COLUMNS = 'account_id, id, name, criteria, description, created_at, updated_at';

/** Copies a file into the table with psql. Without events, the trigger that logs writes is off. */
export async function copyIn(url: string, file: Readable, { events }: { events: boolean }): Promise<void> {
  const psql = psqlOn(url, `copy segments (${COLUMNS}) from stdin`, events ? '' : WITHOUT_EVENTS);
  psql.stdout.resume();
  await Promise.all([pipeline(file, psql.stdin), ended(psql)]);
}

/** Copies the segments of an account out with psql, and returns how many bytes they have. */
export async function copyOut(url: string, account: string): Promise<number> {
  const psql = psqlOn(
    url,
    `copy (select ${COLUMNS} from segments where account_id = '${account}' order by id) to stdout`,
    '',
  );
  psql.stdin.end();
  let bytes = 0;
  const counted = ended(psql);
  for await (const piece of psql.stdout) bytes += piece.length;
  await counted;
  return bytes;
}

const psqlOn = (url: string, command: string, options: string) =>
  spawn('psql', ['--no-psqlrc', '--quiet', '--command', command, url], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, PGOPTIONS: options },
  });

async function ended(psql: ReturnType<typeof psqlOn>): Promise<void> {
  const [code] = await once(psql, 'close');
  if (code !== 0) throw new Error(`psql ended with ${code}.`);
}
