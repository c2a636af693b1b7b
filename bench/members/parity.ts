import { isDeepStrictEqual } from 'node:util';
import { check } from '../rounds.ts';
import type { Started } from '../systems.ts';
import type { MemberWorkload } from './workload.ts';

/** Throws unless all systems give the same answer with data to the first request of a workload. Writes only have to succeed. */
export async function checkAll(
  taking: readonly Started[],
  { workload, samples, writes = false }: MemberWorkload,
): Promise<void> {
  const answers: { name: string; text: string }[] = [];
  for (const each of taking) {
    answers.push({ name: each.system.name, text: await check(each, workload, samples) });
  }
  const [first, ...others] = answers;
  for (const { name, text } of writes ? [] : others) {
    if (first && !isDeepStrictEqual(JSON.parse(text), JSON.parse(first.text))) {
      const shown = `${text.slice(0, 300)}\n${first.text.slice(0, 300)}`;
      throw new Error(`${name} and ${first.name} answer ${workload.name} differently:\n${shown}`);
    }
  }
}
