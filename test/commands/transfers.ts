import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { administer, makeDatabase } from '../postgres.ts';
import { processes, TOKEN } from '../process/gateway-process.ts';

/** Functions that run the commands which import and export files. */
export function transfers() {
  const { serve, launch, run: runFully, temporaryFolder } = processes();

  /** Runs a command until it ends. Lines of progress are left out, because a fast machine has none. */
  async function run(...given: Parameters<typeof runFully>) {
    const { err, ...ended } = await runFully(...given);
    return { ...ended, err: err.replaceAll(/^[\d,]+ (lines?( \(\d+ %\))?|segments? so far)\.\n/gm, '') };
  }

  /** Starts a gateway on a database of its own, with a folder for files. */
  async function started() {
    const database = await makeDatabase();
    const variables = { DATABASE_URL: database.url, API_TOKEN: TOKEN };
    const gateway = await serve(variables);
    const folder = temporaryFolder();
    const environment = { SEGMENTS_URL: gateway.url, SEGMENTS_TOKEN: TOKEN };
    const file = (name: string, content?: string) => {
      const path = join(folder, name);
      if (content !== undefined) writeFileSync(path, content);
      return path;
    };
    const importing = (name: string, ...args: string[]) => run(['import', file(name), ...args], environment);
    return {
      ...{ gateway, variables, environment, file, url: database.url },
      importing,
      /** Imports lines. */
      async fill(lines: string) {
        file('in.ndjson', lines);
        const { code, err } = await importing('in.ndjson');
        if (code !== 0) throw new Error(err);
      },
      hasBegun: async (): Promise<boolean> => {
        const [row] = await administer(database.url, 'select exists(select from segments) as begun');
        return row.begun;
      },
      names: async (): Promise<string[]> => {
        const rows = await administer(database.url, 'select name from segments order by name');
        return rows.map(({ name }) => name);
      },
      async [Symbol.asyncDispose]() {
        await gateway.end();
        await database.drop();
      },
    };
  }

  return { started, serve, launch, run };
}

/** A line of a file. */
export const line = (name: string, more: object = {}) =>
  `${JSON.stringify({ name, criteria: 'c', description: '', ...more })}\n`;
export const ndjson = (...names: string[]) => names.map((name) => line(name)).join('');

/** Names that sort in their order. */
export const manyNames = (count: number) =>
  Array.from({ length: count }, (_, i) => `n${String(i).padStart(6, '0')}`);
