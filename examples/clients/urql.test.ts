import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { CombinedError } from '@urql/core';
import { create } from './rest.ts';
import { events, segments, update } from './urql.ts';

it('urql lists and changes segments', async () => {
  const { id } = await create({ name: 'urql', criteria: 'c', description: '' }, randomUUID());
  const listed = await segments({ name: { eq: 'urql' } });
  assert.deepEqual([listed?.totalCount, listed?.nodes[0]?.id], [1, id]);

  const updated = await update({ id, name: 'urql, renamed', expectedVersion: 1 });
  assert.equal(updated?.__typename, 'UpdateSegmentPayload');
  assert.deepEqual([updated.segment.name, updated.segment.version], ['urql, renamed', 2]);

  const conflict = await update({ id, name: 'urql, again', expectedVersion: 1 });
  assert.equal(conflict?.__typename, 'SegmentVersionConflict');
  assert.equal(conflict.currentVersion, 2);
});

it('urql rejects with the code of an error', async () => {
  const refused = segments({ name: { contains: 'x'.repeat(256) } });
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof CombinedError);
    assert.equal(error.graphQLErrors[0]?.extensions.code, 'INVALID_INPUT');
    return true;
  });
});

it('urql follows events', async () => {
  const { id } = await create({ name: 'urql, followed', criteria: 'c', description: '' }, randomUUID());
  const followed = await new Promise((resolve) => {
    const subscription = events('0').subscribe(({ data }) => {
      if (data?.segmentEvents.segmentId !== id) return;
      subscription.unsubscribe();
      resolve(data.segmentEvents.type);
    });
  });
  assert.equal(followed, 'SEGMENT_CREATED');
});
