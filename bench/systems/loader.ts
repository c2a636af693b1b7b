import DataLoader from 'dataloader';
import { camel, retrieveMany } from './database.ts';
import type { Context } from './schema.ts';

/** The context of a request to a peer: its account, and a loader of its own. */
export function contextOf(account: string): Context {
  const loader = new DataLoader(async (ids: readonly string[]) =>
    (await retrieveMany(account, ids)).map((row) => row && camel(row)),
  );
  return { account, load: (id) => loader.load(id) };
}
