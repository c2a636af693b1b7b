import * as segments from '../segments/resolvers.ts';
import { created, noContent, notModified, ok } from './answer.ts';
import { entityTag, expectedVersions, isKnown } from './entity-tag.ts';
import { represent, representPage } from './representation.ts';
import { type Handler, type Resource, wholeNumber } from './resource.ts';

const COLLECTION = '/v1/customer-segments';

const list: Handler = async ({ fields }, context) => {
  const { limit, starting_after, ending_before, name, criteria, ...rest } = fields;
  const backward = ending_before !== undefined;
  const page = await segments.listSegments(
    {
      ...rest,
      [backward ? 'last' : 'first']: wholeNumber(limit),
      after: at(starting_after),
      before: at(ending_before),
      filter: { name: { eq: name }, criteria: { eq: criteria } },
    },
    context,
  );
  return ok(representPage(page, await (backward ? page.hasPrevious() : page.hasNext())));
};

/** A place in a list is a segment that stands there. */
const at = (id: unknown) => (id === undefined ? undefined : { id });

const create: Handler = async ({ fields, headers }, context) => {
  const idempotencyKey = idempotencyKeyOf(headers['idempotency-key']);
  const segment = await segments.createSegment({ ...fields, idempotencyKey }, context);
  return created(represent(segment), {
    location: `${COLLECTION}/${segment.id}`,
    etag: entityTag(segment),
    ...(segment.replayed && { 'idempotent-replayed': 'true' }),
  });
};

/** The header is a string of structured fields, in quotation marks (RFC 8941); most send it bare. */
const idempotencyKeyOf = (header: string | string[] | undefined): unknown =>
  typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : header;

const retrieve: Handler = async ({ id, fields, headers }, context) => {
  const segment = segments.found(await segments.getSegment({ ...fields, id }, context), id);
  const etag = entityTag(segment);
  if (isKnown(headers['if-none-match'], segment)) return notModified({ etag });
  return ok(represent(segment), { etag });
};

const update: Handler = async ({ id, fields, headers }, context) => {
  // A segment as it was fetched may be sent back whole: what can't be changed is passed over.
  const { id: _id, created_at: _created, updated_at: _updated, ...changes } = fields;
  const expectedVersion = expectedVersions(headers['if-match']);
  const segment = await segments.updateSegment({ ...changes, id, expectedVersion }, context);
  return ok(represent(segment), { etag: entityTag(segment) });
};

const remove: Handler = async ({ id, fields, headers }, context) => {
  const expectedVersion = expectedVersions(headers['if-match']);
  await segments.deleteSegment({ ...fields, id, expectedVersion }, context);
  return noContent();
};

export const customerSegments: Resource = {
  paths: {
    [COLLECTION]: { GET: list, POST: create },
    [`${COLLECTION}/:id`]: { GET: retrieve, PUT: update, PATCH: update, DELETE: remove },
  },
  names: new Map([
    ['first', 'limit'],
    ['last', 'limit'],
    ['after', 'starting_after'],
    ['before', 'ending_before'],
    ['filter.name.eq', 'name'],
    ['filter.criteria.eq', 'criteria'],
    ['idempotencyKey', 'Idempotency-Key'],
    ['input', 'body'],
  ]),
  undocumented: [
    'first',
    'last',
    'after',
    'before',
    'filter',
    'orderBy',
    'expectedVersion',
    'idempotencyKey',
  ],
};
