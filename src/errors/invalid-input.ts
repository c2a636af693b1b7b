import { brief } from './quoted.ts';
import { Refusal } from './refusals.ts';

/** A problem with one parameter: what it must be, and what it was. */
export interface Issue {
  param: string;
  message: string;
}

/** Max problems to report. Otherwise, the answer to a body with 10,000 unknown names would be ten times its size. */
const MAX_ISSUES = 20;

/** All problems with an input, or the first 20 of them. */
export class InvalidInput extends Refusal {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    const told = issues.slice(0, MAX_ISSUES).map(({ param, message }) => ({ param: brief(param), message }));
    const more = issues.length - told.length;
    const words = told.map(({ param, message }) => `${param}: ${message}`).join('; ');
    super('INVALID_INPUT', more > 0 ? `${words}; and ${more.toLocaleString('en')} more.` : `${words}.`);
    this.issues = told;
  }

  /** The same refusal, with the parameter names that the face uses. */
  renamed(names: ReadonlyMap<string, string>): InvalidInput {
    return new InvalidInput(
      this.issues.map(({ param, message }) => ({ param: names.get(param) ?? param, message })),
    );
  }
}

export const unknownParameter = (param: string): Issue => ({
  param,
  message: 'is not a recognised parameter',
});
