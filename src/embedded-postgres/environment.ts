/** What Postgres' programs may take from the caller: where things are found, and who its user is where no passwd says. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'LD_PRELOAD', 'TMPDIR'];
const OF_WRAPPER = /^NSS_WRAPPER_/;

/**
 * What initdb and the server are started with. They read much from the environment (`PGPORT`, `PGOPTIONS`, `PGDATESTYLE`,
 * `LC_ALL`, `TZ` …), all of which is meant for other Postgres than this one.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const given = Object.entries(process.env);
  const passed = given.filter(([name]) => PASSED_ON.includes(name) || OF_WRAPPER.test(name));
  return { ...Object.fromEntries(passed), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Takes the caller's PG* variables out of this process. pg fills with them whatever a connection string leaves open, and
 * there is always something: `PGOPTIONS` (any setting of a session), `PGSSLMODE`, `PGSSLNEGOTIATION`, `PGREPLICATION`,
 * `PGCLIENT_ENCODING`, `PGPASSWORD`. A connection string can't say "nothing" for the first of them.
 */
export function dropPostgresVariables(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name];
}
