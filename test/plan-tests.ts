import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eagerDatabase, excessOfAll, type Sent } from './plans.ts';

interface Planned {
  /** The tables that the statements read. */
  tables: readonly string[];
  /** Returns the statements as the gateway sends them. */
  statements(): Promise<Sent[]>;
  /** Fills the tables. */
  fill: string;
}

/** Tests that statements read only what they need, whatever statistics the planner has. */
export function testPlans({ tables, statements: sent, fill }: Planned): void {
  let drop: () => Promise<void>;
  let client: pg.Client;
  let statements: Sent[];

  beforeAll(async () => {
    ({ client, drop } = await eagerDatabase(tables));
    statements = await sent();
  });
  afterAll(() => drop());

  it('each statement reads only what it needs without statistics', async () => {
    await client.query(fill);
    expect(await excessOfAll(client, statements)).toEqual([]);
  });

  it('each statement reads only what it needs with fresh statistics', async () => {
    await client.query(`vacuum analyze ${tables.join(', ')}`);
    expect(await excessOfAll(client, statements)).toEqual([]);
  });

  it('each statement reads only what it needs with the statistics of empty tables', async () => {
    await client.query(`truncate ${tables.join(', ')}`);
    await client.query(`analyze ${tables.join(', ')}`);
    await client.query(fill);
    expect(await excessOfAll(client, statements)).toEqual([]);
  });
}
