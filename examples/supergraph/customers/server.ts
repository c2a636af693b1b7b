import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { listening } from '../listening.ts';
import { schema } from './schema.ts';

/** Starts the customers subgraph. `manage` sets who looks after the customers of a segment. */
export async function startCustomers(port: number) {
  const managers = new Map<string, string>();
  const yoga = createYoga({ schema, context: { managers }, logging: 'error' });
  const { url, stop } = await listening(createServer(yoga), port);
  return {
    url: `${url}/graphql`,
    manage: (segmentId: string, manager: string) => void managers.set(segmentId, manager),
    stop,
  };
}
