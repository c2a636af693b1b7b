import { MAX_NAME } from '../../segments/segment.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';

/** Where a page is in its list. The list can be of anything. */
export interface PagePosition {
  hasNext(): Promise<boolean>;
  hasPrevious(): Promise<boolean>;
  /** The cursors of the ends of the page; null if it is empty. */
  startCursor: string | null;
  endCursor: string | null;
}

/** Max characters of a cursor. The longest is that of a segment: at most its name, as JSON, in base64, which has four characters for three bytes. */
export const MAX_CURSOR = Math.ceil(((MAX_NAME + 20) * 4) / 3);

const extensions = maxCharacters(MAX_CURSOR);

export const PageInfo = builder.objectRef<PagePosition>('PageInfo').implement({
  description: 'The position of a page in its list.',
  directives: { shareable: true },
  fields: (t) => ({
    hasNextPage: t.boolean({
      description:
        'Whether more nodes follow this page. Fetch them with `first` and `after: endCursor`. When paging with `first`, nodes at or after `before` are not counted.',
      resolve: ({ hasNext }) => hasNext(),
    }),
    hasPreviousPage: t.boolean({
      description:
        'Whether more nodes precede this page. Fetch them with `last` and `before: startCursor`. When paging with `last`, nodes at or before `after` are not counted.',
      resolve: ({ hasPrevious }) => hasPrevious(),
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      extensions,
      description: 'Cursor of the first edge; null if the page is empty.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      extensions,
      description: 'Cursor of the last edge; null if the page is empty.',
    }),
  }),
});
