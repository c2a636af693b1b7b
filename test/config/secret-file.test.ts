import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'segments-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'u7Xr2mQ9pL4vN8cT1kW6zB3yH5sD0fGj';

function fileOf(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('A secret in a file', () => {
  it.each([
    ['as it is', SECRET],
    ['without the line end', `${SECRET}\n`],
    ['without the line end of Windows', `${SECRET}\r\n`],
  ])('is read %s', (_, content) => {
    const file = fileOf('secret', content);
    expect(readConfig({ ROUTER_SECRET_FILE: file, API_TOKEN_FILE: file })).toMatchObject({
      ROUTER_SECRET: SECRET,
      API_TOKEN: SECRET,
    });
  });

  it('can be the URL of the database', () => {
    const url = 'postgres://user:password@host/database';
    expect(readConfig({ DATABASE_URL_FILE: fileOf('url', `${url}\n`) }).DATABASE_URL).toBe(url);
  });

  it('cannot be combined with the variable itself', () => {
    expect(() => readConfig({ API_TOKEN: SECRET, API_TOKEN_FILE: fileOf('secret', SECRET) })).toThrow(
      /^API_TOKEN_FILE cannot be combined with API_TOKEN: set one of them\.$/,
    );
  });

  it('is used if the variable itself is empty', () => {
    expect(readConfig({ API_TOKEN: '', API_TOKEN_FILE: fileOf('secret', SECRET) }).API_TOKEN).toBe(SECRET);
  });

  mkdirSync(join(folder, 'folder'));
  it.each([
    [join(folder, 'nowhere'), 'which does not exist'],
    [join(folder, 'folder'), 'which is not a regular file'],
    ['/dev/zero', 'which is not a regular file'],
    [fileOf('empty', ''), 'which is empty'],
    [fileOf('line-end', '\n'), 'which is empty'],
    [fileOf('large', 'x'.repeat(16_385)), 'which has 16385 bytes; a secret has at most 16384'],
    [fileOf('latin-1', Buffer.from('pässword', 'latin1')), 'which is not UTF-8'],
  ])('is refused if the file is %s, %s', (file, why) => {
    const start = file.slice(0, 40); // a message shows the beginning of a long path
    expect(() => readConfig({ API_TOKEN_FILE: file })).toThrow(`API_TOKEN_FILE names "${start}`);
    expect(() => readConfig({ API_TOKEN_FILE: file })).toThrow(why);
  });

  it('is not shown if it is wrong, but its file is', () => {
    const file = fileOf('wrong', 'hidden');
    expect(() => readConfig({ ROUTER_SECRET_FILE: file })).toThrow(
      `ROUTER_SECRET (in ${file}) must be 32 to`,
    );
    expect(() => readConfig({ ROUTER_SECRET_FILE: file })).not.toThrow('hidden');
  });

  it('is named with all other errors', () => {
    const environment = { PORT: 'x', API_TOKEN_FILE: 'nowhere', ROUTER_SECRET_FILE: 'nowhere' };
    expect(() => readConfig(environment)).toThrow(
      /^API_TOKEN_FILE names "nowhere".*\nROUTER_SECRET_FILE names "nowhere".*\nPORT must be/,
    );
  });
});
