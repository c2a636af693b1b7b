/** Variables that Postgres gets from the caller: search paths, and the name of a user who is not in /etc/passwd (NSS_WRAPPER). */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'LD_PRELOAD', 'TMPDIR'];
const OF_WRAPPER = /^NSS_WRAPPER_/;

/**
 * Returns the environment of initdb and the server. It omits what they would otherwise read (`PGPORT`, `PGOPTIONS`,
 * `PGDATESTYLE`, `LC_ALL`, `TZ` …), because the caller set it for another Postgres.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const given = Object.entries(process.env);
  const passed = given.filter(([name]) => PASSED_ON.includes(name) || OF_WRAPPER.test(name));
  return { ...Object.fromEntries(passed), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Removes the caller's PG* variables from this process. pg uses them for whatever a connection string omits, and none is complete:
 * `PGOPTIONS` (any setting of a session), `PGSSLMODE`, `PGSSLNEGOTIATION`, `PGREPLICATION`, `PGCLIENT_ENCODING`, `PGPASSWORD`. A
 * connection string cannot override `PGOPTIONS` with an empty value.
 */
export function dropPostgresVariables(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name];
}
