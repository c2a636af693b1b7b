import { Refusal } from './refusals.ts';

/** Why an entry of a bulk write cannot be applied, and its place: 0 for the first entry. */
export interface EntryFailure {
  place: number;
  refusal: Refusal;
}

/** Max failures to report. The rest are counted. */
const MAX_FAILURES = 20;

/** Some entries of a bulk write cannot be applied, so that nothing was changed. Has the code of the first failure. */
export class BulkRefused extends Refusal {
  /** The first 20 failures, in the order of their places. */
  readonly failures: readonly EntryFailure[];
  /** The number of all failures. */
  readonly failed: number;

  /** `param` is the name of the list of entries. There must be a failure. */
  constructor(param: string, failures: readonly [EntryFailure, ...EntryFailure[]]) {
    const told = failures.slice(0, MAX_FAILURES);
    const more = failures.length - told.length;
    const words = told.map(({ place, refusal }) => `${param}.${place}: ${refusal.message}`);
    if (more > 0) words.push(`${more.toLocaleString('en')} more entries cannot be applied.`);
    super(failures[0].refusal.code, `Nothing was changed. ${words.join(' ')}`);
    this.failures = told;
    this.failed = failures.length;
  }
}
