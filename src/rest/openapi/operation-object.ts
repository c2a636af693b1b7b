import type { z } from 'zod';
import type { Code } from '../../errors/catalogue.ts';
import { mediaTypesOf } from '../../http/fields.ts';
import type { Documentation } from '../documentation.ts';
import type { Field, Operation } from '../operation.ts';
import { headersNamed } from './components.ts';
import { type Responses, refusalResponses } from './refusals.ts';
import { type Json, jsonSchemaOf, schemaAt } from './schema-at.ts';
import { success } from './success.ts';

/** Refusals that every operation has. */
const OF_ALL: readonly Code[] = [
  'INVALID_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PRECONDITION_FAILED',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
  'TIMEOUT',
];
/** Refusals of bodies. A list can have any size. */
const refusalsOf = (lists: Operation['lists']): readonly Code[] =>
  lists ? ['UNSUPPORTED_MEDIA_TYPE'] : ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

const WITHOUT_BODY = new Set(['GET', 'DELETE']);

/** Describes an operation as an Operation Object of OpenAPI, and adds the responses that it refers to. */
export function operationObject(
  method: string,
  tag: string,
  operation: Operation,
  responses: Responses,
): Json {
  const { documentation, resolver, fields, lists } = operation;
  const { name, summary, description, refuses = [] } = documentation;
  const entries = Object.entries(fields).map(([name, field]) => described(name, field, resolver.input));
  const parameters = entries.filter((each) => each.in !== 'body').map(parameterOf);
  const properties = entries.filter((each) => each.in === 'body' || each.isEchoed);
  const scope = `Requires the scope \`${resolver.scope}\`.`;
  const hasBody = !WITHOUT_BODY.has(method) && (lists !== undefined || properties.length > 0);
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: description ? `${description}\n\n${scope}` : scope,
    security: [{ token: [resolver.scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && { requestBody: lists ? listBody(lists, documentation) : fieldsBody(method, properties) }),
    responses: {
      [operation.status]: success(documentation),
      ...(method === 'GET' && { 304: { description: NOT_MODIFIED, headers: headersNamed() } }),
      ...refusalResponses([...OF_ALL, ...(hasBody ? refusalsOf(lists) : []), ...refuses], responses),
    },
  };
}

const NOT_MODIFIED = 'The request has an `If-None-Match` that matches what you would get.';

interface Described extends Pick<Field, 'in' | 'isEchoed' | 'repeats'> {
  name: string;
  description: string | undefined;
  isRequired: boolean;
  schema: Json;
}

/** What a field is to a caller. Its rule is the one of the resolver, unless REST spells it in its own way. */
function described(name: string, field: Field, input: z.ZodType): Described {
  const [place] = [field.is ?? name].flat();
  const ruled = place === undefined ? undefined : schemaAt(input, place);
  const rule = field.schema ?? ruled?.schema;
  if (!rule) throw new TypeError(`The field ${name} has no rule.`);
  const values = !field.schema && field.values && { type: 'string', enum: [...field.values] };
  const { description: told, ...schema } = jsonSchemaOf(rule);
  return {
    name,
    in: field.in,
    isEchoed: field.isEchoed ?? false,
    repeats: field.repeats ?? false,
    description: field.description ?? (typeof told === 'string' ? told : undefined),
    isRequired: field.in === 'path' || (field.in === 'body' && ruled?.isOptional === false),
    schema: values ? (field.repeats ? { type: 'array', items: values } : values) : schema,
  };
}

const parameterOf = ({ name, in: place, description, isRequired, schema }: Described): Json => ({
  name,
  in: place,
  description,
  required: isRequired,
  schema,
});

const FORM = 'application/x-www-form-urlencoded';

function fieldsBody(method: string, properties: readonly Described[]): Json {
  const required = properties.filter((each) => each.isRequired && !each.isEchoed).map(({ name }) => name);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(
      properties.map(({ name, description, schema }) => [name, { description, ...schema }]),
    ),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
  // A form can only have a list whose name can be repeated.
  const hasLists = properties.some(({ schema, repeats }) => schema.type === 'array' && !repeats);
  const types = mediaTypesOf(method).filter((type) => type !== FORM || !hasLists);
  return { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

const listBody = (types: readonly string[], { examples = {} }: Documentation): Json => ({
  required: true,
  content: Object.fromEntries(
    types.map((type) => [type, { schema: { type: 'string' }, example: examples[type] }]),
  ),
});
