import { z } from 'zod';
import type { Issue } from '../errors/invalid-input.ts';
import { customerId } from '../values/customer-id.ts';
import { aString } from '../values/text.ts';

/** A customer of an uploaded list, or the problems of the line. */
export interface CustomerLine {
  /** 1 for the first line. */
  number: number;
  /** What the line has as the id. It is checked like every other. */
  customerId?: unknown;
  /** The parameter of a problem is relative to the line; empty for the line itself. */
  problems?: readonly Issue[];
}

/** A list of customers of any length, as it arrives. Opened once, when it is needed; reading it waits for the sender. */
export type CustomerList = () => AsyncIterable<readonly CustomerLine[]>;

export const ReplaceMembers = z.strictObject({
  segmentId: aString,
  customers: z.custom<CustomerList>((value) => typeof value === 'function'),
});

/** Checks the lines. Adds the problems to the issues, and returns the ids of the others. */
export function checkedIds(lines: readonly CustomerLine[], issues: Issue[]): string[] {
  const ids: string[] = [];
  for (const { number, customerId: given, problems } of lines) {
    if (problems) issues.push(...problems.map((problem) => ofLine(number, problem)));
    else {
      const checked = customerId.safeParse(given);
      if (checked.success) ids.push(checked.data);
      else
        for (const { message } of checked.error.issues) issues.push(ofLine(number, { param: '', message }));
    }
  }
  return ids;
}

const ofLine = (number: number, { param, message }: Issue): Issue => ({
  param: param === '' ? `lines.${number}` : `lines.${number}.${param}`,
  message,
});
