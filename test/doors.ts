import { InvalidInput, type Issue } from '../src/errors/invalid-input.ts';
import { Refusal } from '../src/errors/refusals.ts';
import * as resolvers from '../src/segments/resolvers.ts';
import { found, type Segment, WRITABLE } from '../src/segments/segment.ts';
import { type Answered, graphql, type Json, rest } from './client.ts';
import type { TestGateway, Who } from './harness.ts';

/** The properties that every door returns: the id and all writable ones, so that a new property is tested as well. */
const SHOWN_PROPERTIES = ['id', ...WRITABLE] as const;
type ShownProperties = Pick<Segment, (typeof SHOWN_PROPERTIES)[number]>;
export type Outcome = { segment: ShownProperties } | { code: string; issues?: Issue[] };
type Call<Input> = (gateway: TestGateway, input: Input, as?: Who) => Promise<Outcome>;

/** The operations on a segment through the resolvers, REST or GraphQL. Tests that use doors run once for each of them. */
export interface Door {
  name: string;
  create: Call<object>;
  retrieve: Call<{ id: string }>;
  update: Call<{ id: string; [property: string]: unknown }>;
  delete: Call<{ id: string }>;
}

/** Returns the segment of an outcome. Throws if the call was refused. */
export function given(outcome: Outcome): ShownProperties {
  if ('segment' in outcome) return outcome.segment;
  throw new Error(`Refused: ${JSON.stringify(outcome)}`);
}

const shownProperties = (segment: ShownProperties): ShownProperties =>
  Object.fromEntries(SHOWN_PROPERTIES.map((property) => [property, segment[property]])) as ShownProperties;

async function outcome(run: () => Promise<ShownProperties>): Promise<Outcome> {
  try {
    return { segment: shownProperties(await run()) };
  } catch (error) {
    if (error instanceof InvalidInput) return { code: error.code, issues: [...error.issues] };
    if (error instanceof Refusal) return { code: error.code };
    throw error;
  }
}

const throughResolver: Door = {
  name: 'the resolver',
  create: (gateway, input, as) => outcome(() => resolvers.createSegment.parse(input, gateway.context(as))),
  retrieve: (gateway, { id }, as) =>
    outcome(async () => found(await resolvers.getSegment({ id }, gateway.context(as)), id)),
  update: (gateway, input, as) => outcome(() => resolvers.updateSegment(input, gateway.context(as))),
  delete: (gateway, input, as) => outcome(() => resolvers.deleteSegment(input, gateway.context(as))),
};

const throughRest: Door = {
  name: 'REST',
  create: async (gateway, body, as = 'ada') => ofRest(await rest(gateway, '', { method: 'POST', body, as })),
  retrieve: async (gateway, { id }, as = 'ada') => ofRest(await rest(gateway, `/${id}`, { as })),
  update: async (gateway, { id, ...body }, as = 'ada') =>
    ofRest(await rest(gateway, `/${id}`, { method: 'PUT', body, as })),
  delete: async (gateway, { id }, as = 'ada') => {
    const before = await rest(gateway, `/${id}`, { as });
    const answer = await rest(gateway, `/${id}`, { method: 'DELETE', as });
    return answer.status === 204 ? ofRest(before) : ofRest(answer);
  },
};

const ofRest = ({ status, body }: Answered): Outcome => {
  if (status < 300) return { segment: shownProperties(body) };
  const issues = body.errors?.map(({ param, message }: Issue) => ({
    param: param === 'body' ? 'input' : param,
    message,
  }));
  return { code: body.code, ...(issues && { issues }) };
};

const FIELDS = SHOWN_PROPERTIES.join(' ');
const SEGMENT = `segment { ${FIELDS} }`;

const throughGraphql: Door = {
  name: 'GraphQL',
  create: (gateway, input, as) => mutate(gateway, 'createSegment', input, as),
  retrieve: async (gateway, { id }, as) => {
    const query = `query ($id: ID!) { outcome: segment(id: $id) { ${FIELDS} } }`;
    const { body } = await graphql(gateway, query, { id }, { as });
    if (body.data?.outcome) return { segment: body.data.outcome };
    return ofErrors(body) ?? { code: 'NOT_FOUND' };
  },
  update: (gateway, input, as) => mutate(gateway, 'updateSegment', input, as),
  delete: (gateway, input, as) => mutate(gateway, 'deleteSegment', input, as),
};

async function mutate(gateway: TestGateway, field: string, input: object, as?: Who): Promise<Outcome> {
  const Field = field.charAt(0).toUpperCase() + field.slice(1);
  const query = `mutation ($input: ${Field}Input!) { outcome: ${field}(input: $input) {
    __typename ... on ${Field}Payload { ${SEGMENT} } ... on SegmentInvalidInput { issues { param message } } } }`;
  const { body } = await graphql(gateway, query, { input }, { as });
  const refused = ofErrors(body);
  if (refused) return refused;
  const { __typename, segment, issues } = body.data.outcome;
  if (segment) return { segment };
  return issues
    ? { code: 'INVALID_INPUT', issues }
    : { code: __typename === 'SegmentNotFound' ? 'NOT_FOUND' : __typename };
}

function ofErrors({ errors }: Json): Outcome | null {
  return errors ? { code: errors[0].extensions.code } : null;
}

export const doors: Door[] = [throughResolver, throughRest, throughGraphql];
