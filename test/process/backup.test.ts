import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { administer, makeDatabase } from '../postgres.ts';
import { processes, type Running, SEGMENTS, TOKEN } from './gateway-process.ts';

const { run, serve, temporaryFolder } = processes();

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const create = (gateway: Running, name: string, token = TOKEN) =>
  gateway.send(SEGMENTS, 'POST', { name, criteria: 'c', description: '' }, bearer(token));

describe('a copy of a DATA_DIR whose gateway was stopped', () => {
  it('serves the same segments to the same token', async () => {
    const [dataDir, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const token = () => readFileSync(join(dataDir, 'token'), 'utf8').trim();
    const first = await serve({ DATA_DIR: dataDir });
    const segment = await (await create(first, 'kept', token())).json();
    await first.end();

    const backup = join(elsewhere, 'backup');
    execFileSync('cp', ['-a', dataDir, backup]);
    const again = await serve({ DATA_DIR: dataDir });
    expect((await create(again, 'since', token())).status).toBe(201);
    await again.end();

    const restored = await serve({ DATA_DIR: backup });
    const list = await restored.send(SEGMENTS, 'GET', undefined, bearer(token()));
    expect(await list.json()).toEqual({ has_more: false, data: [segment] });
    await restored.end();
  });
});

describe('a database that was restored to an earlier point', () => {
  const databases: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const drop of databases) await drop();
  });

  async function database(template: boolean | string = true): Promise<string> {
    const { url, drop } = await makeDatabase({ template });
    databases.push(drop);
    return url;
  }

  /** The first statements in SQL that docs/operating/backup.md shows. */
  function statementsOfGuide(): string {
    const [, sql = ''] = /```sql\n([\s\S]+?)```/.exec(readFileSync('docs/operating/backup.md', 'utf8')) ?? [];
    expect(sql).toContain('update event_heads');
    return sql;
  }

  it('ends the cursors from before, as the guide says, and keeps the log', async () => {
    const url = await database();
    const [{ current_database: name }] = await administer(url, 'select current_database()');
    const late = (await run(['token', 'create', '--account', 'late'], { DATABASE_URL: url })).out.trim();
    const original = await serve({ DATABASE_URL: url, API_TOKEN: TOKEN });
    for (const each of ['a', 'b']) await create(original, each);
    await original.end();
    const copy = await database(name);

    const onward = await serve({ DATABASE_URL: url, API_TOKEN: TOKEN });
    for (const token of [TOKEN, late]) await create(onward, 'lost', token);
    await onward.end();

    const events = (gateway: Running, query: string, token = TOKEN) =>
      gateway.send(`/v1/events?${query}`, 'GET', undefined, bearer(token));
    const namesOf = async (answer: Response) =>
      (await answer.json()).data.map(({ segment }: { segment: { name: string } }) => segment.name);

    const early = await serve({ DATABASE_URL: copy, API_TOKEN: TOKEN });
    expect((await events(early, 'after=3')).status).toBe(400);
    await early.end();
    await administer(copy, statementsOfGuide());

    const restored = await serve({ DATABASE_URL: copy, API_TOKEN: TOKEN });
    for (const cursor of [0, 2, 3]) {
      expect(await (await events(restored, `after=${cursor}`)).json()).toMatchObject({
        code: 'CURSOR_EXPIRED',
      });
    }
    expect(await (await events(restored, 'after=1', late)).json()).toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect((await create(restored, 'new')).status).toBe(201);
    expect(await namesOf(await events(restored, 'limit=10'))).toEqual(['a', 'b', 'new']);
    expect((await create(restored, 'first', late)).status).toBe(201);
    expect(await namesOf(await events(restored, 'limit=10', late))).toEqual(['first']);
    await restored.end();
  });
});
