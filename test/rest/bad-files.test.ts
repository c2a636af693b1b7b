import { describe, expect, it } from 'vitest';
import { BAD_CSV, BAD_NDJSON } from './bad-files.ts';
import { readFile } from './read-file.ts';

async function saidOf(type: string, body: string | Buffer, lengths?: readonly number[]): Promise<string[]> {
  const { lines, refusal } = await readFile(type, body, lengths);
  const said = lines.flatMap(({ number, problems }) =>
    problems
      ? problems.map(({ param, message }) => `${number}: ${param === '' ? '' : `${param} `}${message}`)
      : [`${number} is read`],
  );
  return refusal ? [...said, `refused: ${refusal.message}`] : said;
}

describe.each([
  ['text/csv', BAD_CSV],
  ['application/x-ndjson', BAD_NDJSON],
])('A file in %s', (type, files) => {
  it.each(files)('with $name is explained', async ({ body, says }) => {
    expect(await saidOf(type, body)).toEqual(says);
  });

  it.each(files)(
    'with $name is explained in the same way if it arrives in pieces',
    async ({ body, says }) => {
      const size = Math.max(1, Math.ceil(body.length / 500));
      expect(
        await saidOf(
          type,
          body,
          Array.from({ length: 500 }, () => size),
        ),
      ).toEqual(says);
    },
  );
});
