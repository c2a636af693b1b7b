import { DEFAULT_SIZE, MAX_PAGE_SIZE } from '../../values/page-size.ts';
import { builder } from './builder.ts';

/** The directives of a field that returns a connection. A router budgets a query by them before it sends it. */
export const CONNECTION = {
  listSize: {
    assumedSize: DEFAULT_SIZE,
    slicingArguments: ['first', 'last'],
    sizedFields: ['edges', 'nodes'],
    requireOneSlicingArgument: false,
  },
};

/** What a connection returns, and what its cursors are. */
interface Described {
  objects: string;
  after: string;
  before: string;
}

/** The arguments of a connection. */
export const pageArguments = ({ objects, after, before }: Described) =>
  builder.args((t) => ({
    first: t.int({
      description: `Number of ${objects} to return from the start, or after \`after\`: 1 to ${MAX_PAGE_SIZE}. Defaults to ${DEFAULT_SIZE} when \`last\` is also omitted.`,
    }),
    after: t.string({ description: `Return only ${objects} after this cursor${after}` }),
    last: t.int({
      description: `Number of ${objects} to return from the end, or before \`before\`: 1 to ${MAX_PAGE_SIZE}. With \`first\`, the last of those.`,
    }),
    before: t.string({
      description: `Return only ${objects} before this cursor${before}. Given alone, it returns the last ${DEFAULT_SIZE} before it.`,
    }),
  }));
