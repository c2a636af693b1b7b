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
/** The user as which an earlier version ran Postgres if it was started as root. */
export const NOBODY = 65_534;

/**
 * Creates a DATA_DIR like that of an earlier version, with one segment and a function of its user. Everything is in the
 * database `postgres` and owned by its superuser, and everyone who reaches the socket can log in as that role. If this is
 * root, the cluster belongs to `nobody`. Its server is left running, as if its gateway had been killed.
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
  await migrate(url, { seconds: 60 });
  await administer(
    url,
    `insert into segments values ('default', '0Vbq000000000001', 'kept', 'c', 'd', now(), now(), 1);
     create function of_user() returns int language sql as 'select 1'`,
  );
  return { folder, url, launched };
}
