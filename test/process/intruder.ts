/**
 * Tries to access the Postgres of a DATA_DIR as another user of the machine. Run as root: `node intruder.ts <uid> <pid> <DATA_DIR>`.
 * Prints the outcome of each attempt: the code of an error, or what was achieved.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const [uid = 0, pid = 0] = process.argv.slice(2, 4).map(Number);
const dataDir = process.argv[4] ?? '';
const cluster = join(dataDir, 'postgres');

process.setgroups?.([]);
process.setgid?.(uid);
process.setuid?.(uid);

/** Tries to log in as a role without a password. In the protocol, AuthenticationOk is R with 0. */
const login = (folder: string, role: string) =>
  new Promise<string>((resolve) => {
    const words = Buffer.from(`user\0${role}\0database\0postgres\0\0`);
    const head = Buffer.alloc(8);
    head.writeInt32BE(words.length + 8, 0);
    head.writeInt32BE(196_608, 4);
    const socket = connect(join(folder, '.s.PGSQL.5432'), () => socket.write(Buffer.concat([head, words])));
    socket.on('error', (error) => resolve(codeOf(error)));
    socket.on('data', (said) => {
      resolve(said.toString('latin1', 0, 1) === 'R' && said.readInt32BE(5) === 0 ? 'let in' : 'refused');
      socket.destroy();
    });
  });

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : `${error}`;

function attempt(work: () => unknown): string {
  try {
    work();
    return 'done';
  } catch (error) {
    return codeOf(error);
  }
}

const outcomes: Record<string, string> = { uid: `${process.getuid?.()}` };
for (const role of ['postgres', 'segments']) {
  outcomes[`log in as ${role}`] = await login(cluster, role);
  outcomes[`log in as ${role} by the server's folder in /proc`] = await login(`/proc/${pid}/cwd`, role);
}
for (const file of ['pgpass', 'token', 'postgres/pg_hba.conf', 'postgres/global/pg_control']) {
  outcomes[`read ${file}`] = attempt(() => readFileSync(join(dataDir, file)));
}
outcomes['read the cluster by /proc'] = attempt(() => readdirSync(`/proc/${pid}/cwd`));
outcomes['read the memory of the server'] = attempt(() => readFileSync(`/proc/${pid}/environ`));
outcomes['send a signal to the server'] = attempt(() => process.kill(pid, 'SIGCONT'));
process.stdout.write(JSON.stringify(outcomes));
