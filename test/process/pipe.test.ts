import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const execute = promisify(execFile);

it('A command whose reader has read enough ends without an error', async () => {
  const line = `"${process.execPath}" dist/cli.js openapi | head -n 1`;
  expect(await execute('sh', ['-c', line])).toMatchObject({ stdout: '{\n', stderr: '' });
});
