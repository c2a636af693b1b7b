import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPersistedOperations } from '../../src/config/persisted-operations.ts';

const folder = mkdtempSync(join(tmpdir(), 'operations-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: unknown) {
  const file = join(folder, 'f');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readPersistedOperations(file);
}

const apollo = (operations: unknown, more = {}) => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations,
  ...more,
});

describe('a file of operations', () => {
  it.each([
    ['a map from hashes to texts', { abc: '{ a }' }],
    ['a map whose hashes name their algorithm', { 'sha256:abc': '{ a }' }],
    ['a map that starts with a byte order mark', '\uFEFF{"abc":"{ a }"}'],
    ['the same operation twice', { abc: '{ a }', 'sha256:abc': '{ a }' }],
    ["Apollo's manifest", apollo([{ id: 'abc', name: 'A', type: 'query', body: '{ a }' }])],
  ])('may be %s', (_, content) => {
    expect([...read(content)]).toEqual([['abc', '{ a }']]);
  });

  it('may have ids that are also properties of every object or of a manifest', () => {
    const ids = ['__proto__', 'constructor', 'format', 'operations', 'version'];
    const json = `{${ids.map((id) => `"${id}": "{ a }"`).join()}}`;
    expect([...read(json).keys()]).toEqual(ids);
  });

  it.each([
    ['{"abc":', 'which is not JSON'],
    ['', 'which is not JSON'],
    [[], 'which must contain {"<id>": "<text>", …} or {"format"'],
    [null, 'which must contain {"<id>"'],
    [{}, 'which has no operations'],
    [apollo([]), 'which has no operations'],
    [apollo([], { version: 2 }), 'which must contain'],
    [apollo({}), 'which must contain'],
    [apollo([], { format: 'other' }), 'which must contain'],
    [{ abc: 1 }, 'in which the entry "abc" must be a string, not 1'],
    [{ abc: { body: '{ a }' } }, 'in which the entry "abc" must be a string, not an object'],
    [{ '': '{ a }' }, 'in which the id of the entry "" is empty'],
    [{ 'sha256:': '{ a }' }, 'in which the id of the entry "sha256:" is empty'],
    [{ abc: '{ a }', 'sha256:abc': '{ b }' }, 'which has two texts for the id "abc"'],
    [apollo([{ id: 'abc' }]), 'in which the body of "abc" must be a string, not undefined'],
    [apollo([{ body: '{ a }' }]), 'in which operations[0] has no "id"'],
    [apollo([null]), 'in which operations[0] has no "id"'],
  ])('that contains %j is refused with the reason', (content, why) => {
    expect(() => read(content)).toThrow(why);
    expect(() => read(content)).toThrow(/^names "[^\n]+[^.]$/);
  });

  it.each([
    ['nowhere.json', 'which does not exist'],
    ['.', 'which is a folder'],
    ['package.json/x', 'which cannot be read (ENOTDIR)'],
  ])('at the path %s is refused with the reason', (file, why) => {
    expect(() => readPersistedOperations(file)).toThrow(why);
  });
});
