import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { create, names, remove, rename } from './rest.ts';

it('openapi-fetch creates, lists, changes and deletes segments', async () => {
  const key = randomUUID();
  const properties = { name: 'REST 1', criteria: 'spend > 1000', description: '' };
  const segment = await create(properties, key);
  assert.deepEqual(await create(properties, key), segment, 'a retry creates nothing');
  for (const name of ['REST 2', 'REST 3']) await create({ ...properties, name }, randomUUID());

  const listed = (await names()).filter((name) => name.startsWith('REST'));
  assert.deepEqual(listed, ['REST 3', 'REST 2', 'REST 1']);

  assert.equal((await rename(segment.id, 'REST one'))?.name, 'REST one');
  assert.deepEqual([await remove(segment.id), await remove(segment.id)], [true, false]);
});

it('openapi-fetch shows a refusal with its code', async () => {
  const blank = { name: ' ', criteria: 'c', description: '' };
  await assert.rejects(create(blank, randomUUID()), /^Error: INVALID_INPUT: /);
});
