import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { testGateway } from '../harness.ts';
import { CSV, exportFile, lineOf, linesWith, NDJSON } from './transfer.ts';

const gateway = testGateway();
const folder = mkdtempSync(join(tmpdir(), 'segments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const execute = promisify(execFile);

/** Runs curl as a user would, and returns what it prints. */
async function curl(path: string, ...options: string[]): Promise<string> {
  const token = `Authorization: ${gateway.authorization('ada').authorization}`;
  const url = `${gateway.url}/v1/customer-segments${path}`;
  const { stdout } = await execute('curl', ['-sS', '--fail-with-body', '-H', token, ...options, url], {
    maxBuffer: 100 * 1024 * 1024,
  });
  return stdout;
}

const summaryOf = (answer: string) => JSON.parse(answer.trimEnd().split('\n').at(-1) ?? '');

describe('curl', () => {
  it.each<[string, string[]]>([
    ['-T', ['-X', 'POST', '-T']],
    ['--data-binary', ['--data-binary']],
    ['-T and chunks', ['-X', 'POST', '-H', 'Transfer-Encoding: chunked', '-T']],
  ])('imports a file with %s', async (_, options) => {
    const file = join(folder, 'segments.ndjson');
    writeFileSync(file, linesWith(20_000));
    const [given, at] = [options.slice(0, -1), options.at(-1) ?? ''];
    const from = at === '--data-binary' ? `@${file}` : file;
    const answer = await curl('/import?dry_run=true', '-H', `Content-Type: ${NDJSON}`, ...given, at, from);
    expect(summaryOf(answer)).toEqual({
      created: 20_000,
      updated: 0,
      unchanged: 0,
      failed: 0,
      complete: true,
    });
  });

  it('has the answer to an import that ended before the file was sent', async () => {
    const file = join(folder, 'mistakes.ndjson');
    writeFileSync(file, lineOf({ name: '' }) + linesWith(50_000));
    const options = ['-H', `Content-Type: ${NDJSON}`, '-X', 'POST', '-T', file];
    const answer = await curl('/import?on_error=stop', ...options);
    expect(summaryOf(answer)).toMatchObject({ failed: 1, complete: false });
  });

  it('exports a file that it can import', async () => {
    await curl('', '-d', 'name=a', '-d', 'criteria=b', '-d', 'description=one, "two"');
    const file = join(folder, 'segments.csv');
    await curl('/export', '-H', `Accept: ${CSV}`, '-o', file);
    const answer = await curl('/import', '-H', `Content-Type: ${CSV}`, '-X', 'POST', '-T', file);
    expect(summaryOf(answer)).toMatchObject({ unchanged: 1, failed: 0, complete: true });
    expect(await curl('/export')).toBe((await exportFile(gateway)).body);
  });
});
