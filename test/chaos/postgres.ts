import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../postgres.ts';

/** A Postgres to be hurt: durable, as a user's would be. */
export async function mortalPostgres(folder: string, settings: string[] = []) {
  process.setMaxListeners(0); // each start listens for the end of this process
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
      } catch {} // it ended in between
    }
  };

  return {
    url: running.url,
    /** Kills every process of it, as a failing machine does, and starts it again after a while. */
    async killed(milliseconds: number) {
      signal('SIGKILL');
      await sleep(milliseconds);
      running = await openPostgres(folder, settings);
    },
    /** Halts every process of it: connections stay open, and nothing answers. */
    async halted(milliseconds: number) {
      signal('SIGSTOP');
      await sleep(milliseconds);
      signal('SIGCONT');
    },
    kill: () => signal('SIGKILL'),
    halt: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    async revive() {
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
