import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { listening } from '../listening.ts';
import { Members } from './members.ts';
import { schema } from './schema.ts';

/** Starts the customers subgraph. `assign` sets the customers of a segment. */
export async function startCustomers(port: number) {
  const members = new Members();
  const yoga = createYoga({ schema, context: { members }, logging: 'error' });
  const { url, stop } = await listening(createServer(yoga), port);
  return { url: `${url}/graphql`, assign: members.assign.bind(members), stop };
}
