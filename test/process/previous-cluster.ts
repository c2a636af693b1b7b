import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { migrate } from '../../src/database/migrate.ts';
import { findBinaries } from '../../src/embedded-postgres/binaries.ts';
import { openFolder } from '../../src/embedded-postgres/cluster.ts';
import { launch } from '../../src/embedded-postgres/launch.ts';
import { clusterFolder, isUp, previousUrlOf } from '../../src/embedded-postgres/postmaster.ts';
import { administer } from '../postgres.ts';
import { until } from '../until.ts';

const isRoot = process.getuid?.() === 0;
/** What an earlier version ran Postgres as, where it was started as root. */
export const NOBODY = 65_534;

/**
 * A DATA_DIR as an earlier version left it, with one segment and a function of its user: the cluster of `nobody` (where it was started
 * as root), all in the database `postgres` and owned by its superuser, whom everybody is that reaches the socket. Its server
 * is left running, as by a gateway that was killed.
 */
export async function previousCluster(dataDir: string, token: string) {
  const folder = clusterFolder(dataDir);
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : undefined;
  const { initdb, postgres } = await findBinaries(isRoot);
  mkdirSync(folder, { mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
  const opened = openFolder(folder);
  const locale = ['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  execFileSync(initdb, ['-D', opened.path, '-U', 'postgres', '-A', 'trust', ...locale], {
    ...user,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe', ...opened.stdio],
  });
  opened.close();
  writeFileSync(`${dataDir}/token`, `${token}\n`, { mode: 0o600 });
  const launched = launch(folder, postgres, user, []);
  await until(() => isUp(folder));
  const url = previousUrlOf(folder);
  await migrate(url);
  await administer(
    url,
    `insert into segments values ('default', '0Vbq000000000001', 'kept', 'c', 'd', now(), now(), 1);
     create function of_user() returns int language sql as 'select 1'`,
  );
  return { folder, url, launched };
}
