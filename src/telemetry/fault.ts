import pg from 'pg';
import { brief } from '../errors/quoted.ts';

/** Identifies the kind of a fault by its name, code and the place where it was thrown. The number of kinds is bounded. */
export function kindOf(fault: unknown): { name: string; code?: string | undefined; at?: string | undefined } {
  if (!(fault instanceof Error)) return { name: typeof fault };
  const { name, message, stack = '' } = fault;
  const [, at] = /^ +at (.+)/m.exec(stack.slice(stack.indexOf(message) + message.length)) ?? [];
  return { name, code: 'code' in fault ? brief(String(fault.code)) : undefined, at };
}

/** Describes a fault for operators. Messages of the database can contain data, so only its codes are included. */
export function described(fault: unknown): object {
  if (!(fault instanceof Error)) return { message: typeof fault };
  const { name, message, stack } = fault;
  if (fault instanceof pg.DatabaseError) {
    const { code, routine, table, constraint } = fault;
    return { name, code, routine, table, constraint };
  }
  return { name, message, code: 'code' in fault ? fault.code : undefined, stack };
}
