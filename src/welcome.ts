import type { Config } from './config/config.ts';

/** Shows the person at the terminal how to call the gateway. Writes to standard error: standard output contains JSON lines only. */
export function welcome(url: string, token: string, { DATA_DIR, GRAPHIQL }: Config): void {
  // Browsers do not send the fragment of an address to the server.
  const page = GRAPHIQL ? `\nOr open GraphiQL, with the same token: ${url}/graphql#token=${token}\n` : '';
  process.stderr.write(`
segments-gateway is ready, on its own Postgres in ${DATA_DIR}. Try it:

  curl ${url}/v1/customer-segments -H "Authorization: Bearer ${token}"
${page}
`);
}
