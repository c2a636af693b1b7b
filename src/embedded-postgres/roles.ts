import pg from 'pg';
import { accessOf, setAccess } from './access.ts';
import { passwordOf, type Role } from './passwords.ts';
import { urlOf } from './postmaster.ts';
import type { ServerUser } from './server-user.ts';
import { openSocketFolder } from './socket-folder.ts';

/** Key of the advisory lock, which differs from those of all other locks. */
const LOCK = Number.parseInt('access', 36);

/**
 * Makes a running server require passwords. Gives its superuser a password, and the gateway a role that owns its database and
 * has no other right. Converts what an earlier version created in the database `postgres` as superuser. Does nothing if this was
 * done before. Every step can be repeated after an interruption. If several processes try at once, one of them does it.
 */
export async function closeAccess(folder: string, user: ServerUser): Promise<void> {
  if (accessOf(folder) === 'closed') return;
  await as(folder, 'template1', async (client) => {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    if (accessOf(folder) === 'closed') return;
    await makeRoles(folder, client);
    await makeDatabase(client);
    await as(folder, 'segments', (inside) => inside.query(GIVE_ALL));
    setAccess(folder, 'closing', user);
    await client.query('select pg_reload_conf()');
    setAccess(folder, 'closed', user);
  });
}

/** Works as superuser, in a session of its own that searches no schema of other users. */
async function as(folder: string, database: string, work: (client: pg.Client) => Promise<unknown>) {
  using socketFolder = openSocketFolder(folder);
  const client = new pg.Client({
    connectionString: urlOf(folder, { role: 'postgres', database, path: socketFolder.path }),
    options: '-c search_path=pg_catalog -c password_encryption=scram-sha-256',
  });
  client.on('error', () => {}); // the statement that was running reports it
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function makeRoles(folder: string, client: pg.Client): Promise<void> {
  const passwordFor = (role: Role) => pg.escapeLiteral(passwordOf(folder, role));
  const { rowCount } = await client.query(`select from pg_roles where rolname = 'segments'`);
  if (rowCount === 0) await client.query('create role segments');
  await client.query(
    `alter role segments login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${passwordFor('segments')}`,
  );
  await client.query(`alter role postgres password ${passwordFor('postgres')}`);
}

/** Turns the database that initdb created into the gateway's, and creates another `postgres`, which tools connect to. */
async function makeDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>('select datname from pg_database');
  const has = (name: string) => rows.some(({ datname }) => datname === name);
  if (!has('segments')) await client.query('alter database postgres rename to segments');
  await client.query('alter database segments owner to segments');
  // Not from template1: another process that is starting may be connected to it, waiting for its turn.
  if (!has('segments') || !has('postgres')) await client.query('create database postgres template template0');
}

/** REASSIGN OWNED does not work for the first superuser, which owns system objects. */
const GIVE_ALL = `do $do$
declare object text;
begin
  for object in
    select format('schema %I', nspname) from pg_namespace
    where nspowner = 'postgres'::regrole and nspname !~ '^(pg_|information_schema$)'
    union all
    select format('table %s', c.oid::regclass) from pg_class c
    where relowner = 'postgres'::regrole and relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
      and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype in ('a', 'e', 'i'))
    union all
    select format('routine %s', p.oid::regprocedure) from pg_proc p
    where proowner = 'postgres'::regrole and pronamespace::regnamespace::text !~ '^(pg_|information_schema$)'
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
  loop
    execute 'alter ' || object || ' owner to segments';
  end loop;
end $do$`;
