import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { writeOnce } from '../../src/embedded-postgres/folder.ts';
import { replaceFile } from '../../src/embedded-postgres/ownership.ts';
import { keptToken } from '../../src/kept-token.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'segments-files-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Runs code in several threads at once. They have the same process id, as the first processes of two containers do. */
function inThreads(code: string, workerData: unknown): Promise<unknown[]> {
  const threads = Array.from({ length: 4 }, () => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    new Worker(code, { eval: true, workerData }).once('message', resolve).once('error', reject);
    return promise;
  });
  return Promise.all(threads);
}

it('processes with the same id, in two containers, agree on a file that each tries to create', async () => {
  const folder = newFolder();
  const module = new URL('../../src/embedded-postgres/folder.ts', import.meta.url).href;
  const code = `
    const { workerData, parentPort, threadId } = require('node:worker_threads');
    import(workerData.module).then(({ writeOnce }) => {
      const read = (i) => writeOnce(workerData.folder + '/' + i, () => 'x'.repeat(threadId) + threadId);
      parentPort.postMessage(Array.from({ length: 300 }, (_, i) => read(i)));
    });`;
  const [first, ...others] = await inThreads(code, { folder, module });
  for (const each of others) expect(each).toEqual(first);
  expect(readdirSync(folder)).toHaveLength(300);
});

it('a symbolic link in place of a temporary file is not followed', async () => {
  const folder = newFolder();
  const outside = join(newFolder(), 'file');
  writeFileSync(outside, 'x');
  for (const name of ['once', 'token', 'other'])
    for (const end of ['new', `${process.pid}`]) symlinkSync(outside, join(folder, `${name}.${end}`));
  writeOnce(join(folder, 'once'), () => 'content');
  replaceFile(join(folder, 'other'), 'content', undefined);
  await keptToken(folder);
  expect(readFileSync(outside, 'utf8')).toBe('x');
});
