import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import type { Command } from './command.ts';

export const serve: Command = {
  summary: 'run the gateway',
  help: `Usage: segments serve

Runs the gateway until SIGTERM or Ctrl-C: GraphQL at /graphql, REST at /v1/customer-segments, health at
/health/live and /health/ready. Migrates the database first. The environment configures it:

  PORT=4000  HOST=127.0.0.1
  DATABASE_URL (unset: an embedded Postgres in DATA_DIR=.data)  DATABASE_POOL_SIZE=10
  API_TOKEN (the one token of the account "default" that the environment sets: ends the one before)
  DATABASE_WAIT=30 (seconds that the start waits for a database that is away)
  DATABASE_NEWER=refuse (or serve: start on a database that a newer version has migrated)
  DATABASE_POOLER=none (or transaction, behind PgBouncer)  CORS_ORIGINS (whose pages may call)
  RATE_LIMIT=60000000 (points a minute for each token)  RATE_LIMIT_STORE=memory (or postgres)
  MAX_SEGMENTS_PER_ACCOUNT (unset: any number)
  MAX_CONNECTIONS_PER_ADDRESS=10000 (what an address may have open; a load balancer is one address)
  PERSISTED_OPERATIONS (a JSON file as tools write it: only these operations run)
  ROUTER_SECRET (GraphQL only for a router that sends it)
  JWT_JWKS_URL  JWT_ISSUER  JWT_AUDIENCE (whose JWTs are taken: all three or none)  JWT_ACCOUNT_CLAIM=account_id
  LOG_LEVEL=info  GRAPHIQL=on (off where NODE_ENV=production)  INTROSPECTION=on
`,
  async run(args, environment) {
    parseArgs({ args });
    const config = readConfig(environment); // before the gateway is loaded: a wrong one is told at once
    const main = await import('../main.ts');
    await main.serve(config);
  },
};
