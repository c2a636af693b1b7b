import { describe, expect, it } from 'vitest';
import { breakingChanges } from '../../.ci/openapi-changes.ts';
import type { Json } from '../client.ts';
import { document } from '../documented.ts';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- Something new.\n';
const text = JSON.stringify(document);

/** The places of the changes that break clients if the document is edited. */
function placesOf(edit: (document: Json) => void, changelog = CHANGELOG): string[] {
  const edited = structuredClone(document);
  edit(edited);
  expect(edited).not.toEqual(document);
  return breakingChanges(text, JSON.stringify(edited), changelog).map(({ place }) => place);
}

const LIST = '/v1/customer-segments';
const ITEM = '/v1/customer-segments/{id}';
const bodyOf = (operation: Json) => operation.requestBody.content['application/json'].schema;

describe('A change of the OpenAPI document', () => {
  it.each<[string, (document: Json) => void]>([
    ['a new operation', ({ paths }) => Object.assign(paths, { '/v1/new': paths[LIST] })],
    [
      'a new optional parameter',
      ({ paths }) =>
        paths[LIST].get.parameters.push({ name: 'new', in: 'query', schema: { type: 'string' } }),
    ],
    [
      'a wider limit',
      ({ paths }) => Object.assign(bodyOf(paths[LIST].post).properties.name, { maxLength: 300 }),
    ],
    [
      'a new property of a response',
      ({ components }) => Object.assign(components.schemas.Member.properties, { new: { type: 'string' } }),
    ],
    ['a new code', ({ components }) => components.schemas.Problem.properties.code.enum.push('NEW')],
    ['another description', ({ info }) => Object.assign(info, { description: 'Other words.' })],
  ])('that is %s breaks nothing', (_, edit) => {
    expect(placesOf(edit)).toEqual([]);
  });

  it.each<[string, string, (document: Json) => void]>([
    ['removes an operation', `DELETE ${ITEM}`, ({ paths }) => delete paths[ITEM].delete],
    ['removes a parameter', `GET ${LIST} limit`, ({ paths }) => paths[LIST].get.parameters.shift()],
    [
      'requires a parameter',
      `GET ${LIST} limit`,
      ({ paths }) => Object.assign(paths[LIST].get.parameters[0], { required: true }),
    ],
    [
      'lowers a limit',
      `GET ${LIST} limit`,
      ({ paths }) => Object.assign(paths[LIST].get.parameters[0].schema, { maximum: 50 }),
    ],
    [
      'adds a limit',
      'POST /v1/customer-segments/{id}/members application/json add',
      ({ paths }) =>
        Object.assign(bodyOf(paths['/v1/customer-segments/{id}/members'].post).properties.add, {
          maxItems: 10,
        }),
    ],
    [
      'requires a property',
      `PUT ${ITEM} application/json name`,
      ({ paths }) => Object.assign(bodyOf(paths[ITEM].put), { required: ['name'] }),
    ],
    [
      'refuses a value',
      'GET /v1/events type',
      ({ paths }) =>
        paths['/v1/events'].get.parameters.find(({ name }: Json) => name === 'type').schema.items.enum.pop(),
    ],
    [
      'removes a media type',
      'PUT /v1/customer-segments/{id}/members text/csv',
      ({ paths }) => delete paths['/v1/customer-segments/{id}/members'].put.requestBody.content['text/csv'],
    ],
    [
      'answers with another status',
      `POST ${LIST} 201`,
      ({ paths }) => delete paths[LIST].post.responses['201'],
    ],
    [
      'omits a header',
      `GET ${ITEM} 200 ETag`,
      ({ paths }) => delete paths[ITEM].get.responses['200'].headers.ETag,
    ],
  ])('that %s is reported', (_, place, edit) => {
    expect(placesOf(edit)).toEqual([place]);
  });

  it.each<[string, (member: Json) => void]>([
    ['removes a property of a response', ({ properties }) => delete properties.joined_at],
    [
      'makes a property of a response optional',
      (member) => Object.assign(member, { required: ['customer_id'] }),
    ],
    [
      'makes a property of a response nullable',
      ({ properties }) => Object.assign(properties.joined_at, { type: ['integer', 'null'] }),
    ],
  ])('that %s is reported wherever it is', (_, edit) => {
    const members = '/v1/customer-segments/{id}/members';
    expect(placesOf(({ components }) => edit(components.schemas.Member)).toSorted()).toEqual([
      `GET ${members} 200 data joined_at`,
      `GET ${members}/{customer_id} 200 joined_at`,
    ]);
  });

  it('passes if the changelog announces it under Unreleased', () => {
    const announced = CHANGELOG.replace('- Something new.', `- **Breaking**: \`DELETE ${ITEM}\` is gone.`);
    expect(placesOf(({ paths }) => delete paths[ITEM].delete, announced)).toEqual([]);
  });
});
