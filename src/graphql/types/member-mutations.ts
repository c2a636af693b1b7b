import { NotFound } from '../../errors/refusals.ts';
import { addMembers, type Result, removeMembers } from '../../members/changes.ts';
import { MAX_IDS } from '../../members/member.ts';
import { builder } from './builder.ts';
import { INPUT, MUTATION } from './mutation-options.ts';
import { Segment } from './segment.ts';
import './segment-error.ts';

const MANY = MAX_IDS.toLocaleString('en');

const inputOf = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      segmentId: t.id({ required: true, description: 'Id of the segment, such as `xgQQXg3hrtjh7AvZ`.' }),
      customerIds: t.idList({
        required: true,
        description: `Your own ids of the customers: 1 to ${MANY} ids of 1 to 255 characters, without control characters. An id that is repeated counts once.`,
      }),
    }),
  });

const AddSegmentMembersInput = inputOf('AddSegmentMembersInput', 'The customers to add to a segment.');
const RemoveSegmentMembersInput = inputOf(
  'RemoveSegmentMembersInput',
  'The customers to remove from a segment.',
);

/** Returns how many of the customers a change left as they were. */
const unchanged = ({ change: { add, remove }, added, removed }: Result): number =>
  add.length + remove.length - added - removed;

const AddSegmentMembersPayload = builder.objectRef<Result>('AddSegmentMembersPayload').implement({
  description: 'The customers are members of the segment.',
  fields: (t) => ({
    added: t.exposeInt('added', { description: 'Number of customers who became members.' }),
    alreadyMembers: t.int({
      resolve: unchanged,
      description: 'Number of customers who already were members. They are not added again.',
    }),
    segment: t.expose('segment', { type: Segment, description: 'The segment.' }),
  }),
});

const RemoveSegmentMembersPayload = builder.objectRef<Result>('RemoveSegmentMembersPayload').implement({
  description: 'The customers are not members of the segment.',
  fields: (t) => ({
    removed: t.exposeInt('removed', { description: 'Number of customers who are no longer members.' }),
    notMembers: t.int({
      resolve: unchanged,
      description: 'Number of customers who were not members in the first place.',
    }),
    segment: t.expose('segment', { type: Segment, description: 'The segment.' }),
  }),
});

const SCOPE = 'Requires the scope `members:write`.';
const errors = (what: string) => ({
  types: [NotFound],
  directResult: true as const,
  union: { description: `How many customers were ${what}, or the reason why none was.` },
});

builder.mutationFields((t) => ({
  addSegmentMembers: t.field({
    type: AddSegmentMembersPayload,
    ...MUTATION,
    description: `Adds customers to a segment. Safe to repeat: those who already are members stay as they are. ${SCOPE}`,
    args: { input: t.arg({ type: AddSegmentMembersInput, required: true, description: INPUT }) },
    errors: errors('added'),
    resolve: (_, { input }, context) => addMembers(input, context),
  }),
  removeSegmentMembers: t.field({
    type: RemoveSegmentMembersPayload,
    ...MUTATION,
    description: `Removes customers from a segment. Safe to repeat: those who are not members are ignored. ${SCOPE}`,
    args: { input: t.arg({ type: RemoveSegmentMembersInput, required: true, description: INPUT }) },
    errors: errors('removed'),
    resolve: (_, { input }, context) => removeMembers(input, context),
  }),
}));
