import { brief } from './quoted.ts';
import { Refusal } from './refusals.ts';

/** One thing wrong with what was sent: which parameter, what it must be and what it was. */
export interface Issue {
  param: string;
  message: string;
}

/** What is told of an input: a body of ten thousand wrong names must not get ten times its size back. */
const MAX_ISSUES = 20;

/** All that is wrong with an input, at once; of very much, the first. */
export class InvalidInput extends Refusal {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    const told = issues.slice(0, MAX_ISSUES).map(({ param, message }) => ({ param: brief(param), message }));
    const more = issues.length - told.length;
    const words = told.map(({ param, message }) => `${param}: ${message}`).join('; ');
    super('INVALID_INPUT', more > 0 ? `${words}; and ${more.toLocaleString('en')} more.` : `${words}.`);
    this.issues = told;
  }

  /** The same refusal, with parameters named as the caller's face names them. */
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
