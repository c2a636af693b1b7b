import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Data } from './data.ts';

/** Retrieves per second by pgbench with prepared statements, without any server in front. Null if pgbench is not installed. */
export function pgbench({ url, samples }: Data, connections: number, seconds: number): number | null {
  const [program] = ['/usr/bin/pgbench', ...globSync('/usr/lib/postgresql/*/bin/pgbench').reverse()].filter(
    (path) => globSync(path).length > 0,
  );
  if (!program) return null;
  const folder = mkdtempSync(join(tmpdir(), 'segments-bench-'));
  const scripts = samples.map(({ account, ids: [id] }, i) => {
    const script = join(folder, `${i}.sql`);
    writeFileSync(
      script,
      `select id, name, criteria, description, created_at, updated_at from segments where account_id = '${account}' and id = '${id}';\n`,
    );
    return ['-f', script];
  });
  const said = execFileSync(
    program,
    [
      ...['-n', '-M', 'prepared', '-c', `${connections}`, '-j', '1', '-T', `${seconds}`],
      ...scripts.flat(),
      url,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return Number(/^tps = ([\d.]+)/m.exec(said.toString())?.[1]);
}
