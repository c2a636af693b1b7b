import pg from 'pg';
import { brief } from '../errors/quoted.ts';

/** What tells faults apart: their names, their codes and where they were thrown, of which the program has a bounded number. */
export function kindOf(fault: unknown): { name: string; code?: string | undefined; at?: string | undefined } {
  if (!(fault instanceof Error)) return { name: typeof fault };
  const { name, message, stack = '' } = fault;
  const [, at] = /^ +at (.+)/m.exec(stack.slice(stack.indexOf(message) + message.length)) ?? [];
  return { name, code: 'code' in fault ? brief(String(fault.code)) : undefined, at };
}

/** What an operator needs of a fault. A database's message can quote the data, so only its codes are kept. */
export function described(fault: unknown): object {
  if (!(fault instanceof Error)) return { message: typeof fault };
  const { name, message, stack } = fault;
  if (fault instanceof pg.DatabaseError) {
    const { code, routine, table, constraint } = fault;
    return { name, code, routine, table, constraint };
  }
  return { name, message, code: 'code' in fault ? fault.code : undefined, stack };
}
