import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../data.ts';
import type { Started } from '../systems.ts';
import type { Api } from './api.ts';
import { send } from './delivery.ts';
import { openStream } from './streams.ts';

export interface Cut {
  /** Writes while the follower was away, and the events of them that it never got. */
  writes: number;
  missed: number;
  /** Events that it got more than once. */
  repeated: number;
}

const WRITES = 50;

/** Cuts a follower's connection, writes, and lets it follow again from its last cursor, if it has one. */
export async function cut({ url, system }: Started, api: Api, sample: Sample): Promise<Cut> {
  const headers = system.headers(sample);
  const writeAll = async (phase: string) => {
    for (let i = 0; i < WRITES; i++) {
      const answer = await send(url, api.create(headers, `${phase} ${i}`));
      if (answer !== true) throw new Error(`A write was answered ${answer}`);
    }
  };

  const names: string[] = [];
  const before = await follow();
  await writeAll('before');
  await seen('before');
  before.sent.destroy();
  await writeAll('away');
  const after = await follow(before.cursor());
  await writeAll('after');
  await seen('after');
  after.sent.destroy();

  const away = names.filter((name) => name.startsWith('away'));
  return {
    writes: WRITES,
    missed: WRITES - new Set(away).size,
    repeated: names.length - new Set(names).size,
  };

  async function follow(cursor?: string) {
    const { sent, response } = await openStream(url, api.follow(headers, cursor));
    let text = '';
    let read = 0;
    let last = cursor;
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.lastIndexOf('\n');
      const lines = text.slice(read, end);
      read = Math.max(read, end);
      for (const [, name] of lines.matchAll(/"name":"((?:before|away|after) \d+)"/g)) names.push(name ?? '');
      last = [...lines.matchAll(/"cursor":"(\d+)"/g)].at(-1)?.[1] ?? last;
    });
    await sleep(500);
    return { sent, cursor: () => last };
  }

  /** Waits for the last event of a phase. */
  async function seen(phase: string): Promise<void> {
    const end = performance.now() + 10_000;
    while (!names.includes(`${phase} ${WRITES - 1}`)) {
      if (performance.now() > end) throw new Error(`The last event ${phase} the cut did not arrive.`);
      await sleep(20);
    }
  }
}
