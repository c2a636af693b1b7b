import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../postgres.ts';

/** A Postgres that tests kill and halt. It is durable, as in production. */
export async function killablePostgres(folder: string, settings: string[] = []) {
  process.setMaxListeners(0); // each start listens for the exit of this process
  let running = await openPostgres(folder, settings);

  /** The postmaster and all its children. */
  function processes(): number[] {
    const postmaster = Number(
      readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0],
    );
    const children = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && parentOf(name) === postmaster,
    );
    return [postmaster, ...children.map(Number)];
  }

  const signal = (name: NodeJS.Signals) => {
    for (const pid of processes()) {
      try {
        process.kill(pid, name);
      } catch {} // it has ended meanwhile
    }
  };

  return {
    url: running.url,
    /** Kills all of its processes, as a failing machine does, and restarts it after this time. */
    async killFor(milliseconds: number) {
      signal('SIGKILL');
      await sleep(milliseconds);
      running = await openPostgres(folder, settings);
    },
    /** Halts all of its processes for this time. Connections stay open, and nothing answers. */
    async haltFor(milliseconds: number) {
      signal('SIGSTOP');
      await sleep(milliseconds);
      signal('SIGCONT');
    },
    kill: () => signal('SIGKILL'),
    halt: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async restart() {
      running = await openPostgres(folder, settings);
    },
    stop: () => running.stop(),
  };
}

function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    return 0;
  }
}
