import type { Context } from '../context.ts';
import { InvalidInput } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import { VersionConflict } from '../errors/refusals.ts';
import * as segments from '../segments/resolvers.ts';
import { found } from '../segments/segment.ts';
import { notModified } from './answer.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { type Handler, type RestRequest, wholeNumber } from './operation.ts';
import { entityTag, evaluate, expectationOf, noTag, preconditionsOf, untagged } from './preconditions.ts';
import { represent, representPage } from './representation.ts';

export const COLLECTION = '/v1/customer-segments';

export const list: Handler = ({ fields: { member, ...fields }, headers }, context) =>
  listOf({ fields, headers }, { filter: { member } }, context);

export const listOfCustomer: Handler = ({ id, fields, headers }, context) =>
  listOf({ fields, headers }, { customer: id }, context);

async function listOf(
  { fields, headers }: Pick<RestRequest, 'fields' | 'headers'>,
  { filter, ...of }: { filter?: object; customer?: string },
  context: Context,
) {
  const { limit, starting_after, ending_before, name, criteria, ...rest } = fields;
  const backward = isBackward(starting_after, ending_before);
  const page = await segments.listSegments.parse(
    {
      ...rest,
      ...of,
      [backward ? 'last' : 'first']: wholeNumber(limit),
      after: at(starting_after),
      before: at(ending_before),
      filter: { name: { eq: name }, criteria: { eq: criteria }, ...filter },
      withHead: true,
    },
    context,
  );
  const body = representPage(page, await (backward ? page.hasPrevious() : page.hasNext()));
  const cursor = page.headCursor !== undefined && { 'event-cursor': page.headCursor };
  return untagged(headers, 'collection', { body, headers: { ...cursor } });
}

/** Whether a page is read backward. REST pages in one direction only; GraphQL can also list what is between two cursors. */
export function isBackward(startingAfter: unknown, endingBefore: unknown): boolean {
  const backward = endingBefore !== undefined;
  if (backward && startingAfter !== undefined) throw new InvalidInput([BOTH_WAYS]);
  return backward;
}

const BOTH_WAYS = {
  param: 'starting_after',
  message: 'cannot be combined with ending_before: page either forward or backward',
};

/** A position in a list is given by the id of the segment there. */
const at = (id: unknown) => (id === undefined ? undefined : { id });

export const create: Handler = async ({ fields, headers }, context) => {
  const input = { ...fields, idempotencyKey: idempotencyKeyOf(headers) };
  if (evaluate(preconditionsOf(headers)) !== 'proceed') {
    // A request that would fail without preconditions must fail in the same way (RFC 9110, section 13.2.1).
    segments.createSegment.check(input, context);
    throw noTag('collection'); // which a create changes
  }
  const segment = await segments.createSegment.parse(input, context);
  const responseHeaders = {
    location: `${COLLECTION}/${segment.id}`,
    etag: entityTag(segment),
    ...(segment.replayed && { 'idempotent-replayed': 'true' }),
  };
  return { body: represent(segment), headers: responseHeaders };
};

export const retrieve: Handler = async ({ id, fields, headers }, context) => {
  const segment = found(await segments.getSegment.parse({ ...fields, id }, context), id);
  const etag = entityTag(segment);
  const verdict = evaluate(preconditionsOf(headers), segment.version);
  if (verdict === 'failed') throw new VersionConflict('segment', segment.version);
  return verdict === 'known' ? notModified({ etag }) : { body: represent(segment), headers: { etag } };
};

export const update: Handler = async ({ id, fields, headers }, context) => {
  // A segment can be sent back as it was retrieved: properties that cannot be changed are ignored.
  const { id: given = id, created_at: _created, updated_at: _updated, ...changes } = fields;
  if (given !== id)
    throw new InvalidInput([{ param: 'id', message: `must equal the id in the path, not ${quoted(given)}` }]);
  const expectation = expectationOf(preconditionsOf(headers));
  const segment = await segments.updateSegment.parse({ ...changes, id, ...expectation }, context);
  return { body: represent(segment), headers: { etag: entityTag(segment) } };
};

export const remove: Handler = async ({ id, fields, headers }, context) => {
  const expectation = expectationOf(preconditionsOf(headers));
  await segments.deleteSegment.parse({ ...fields, id, ...expectation }, context);
  return {};
};
