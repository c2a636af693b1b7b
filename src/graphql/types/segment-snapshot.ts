import { MAX_NAME, type Segment } from '../../segments/segment.ts';
import type { SegmentChange as Change } from '../../segments/segment-event.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import './date-time.ts';

export const SegmentSnapshot = builder.objectRef<Segment>('SegmentSnapshot').implement({
  description: 'A segment as it was at one time. It does not change when the segment does.',
  fields: (t) => ({
    id: t.exposeID('id', { extensions: maxCharacters(16), description: 'Id of the segment.' }),
    name: t.exposeString('name', { extensions: maxCharacters(MAX_NAME), description: 'Name at that time.' }),
    criteria: t.exposeString('criteria', { description: 'Criteria at that time.' }),
    description: t.exposeString('description', { description: 'Description at that time.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change so far.' }),
    version: t.exposeInt('version', { description: 'Version at that time.' }),
  }),
});

export const SegmentChange = builder.objectRef<Change>('SegmentChange').implement({
  description: 'The change of one property of a segment.',
  fields: (t) => ({
    property: t.exposeString('property', {
      extensions: maxCharacters(50),
      description: 'Name of the property, such as `criteria`.',
    }),
    before: t.exposeString('before', {
      nullable: true,
      description: 'Value before the change; null if there was none.',
    }),
    after: t.exposeString('after', {
      nullable: true,
      description: 'Value after the change; null if there is none.',
    }),
  }),
});
