import { tokenStore } from '../../accounts/token-store.ts';
import type { Scope } from '../../accounts/viewer.ts';
import { startGateway } from '../../gateway/gateway.ts';
import { withDatabase } from '../database.ts';
import { messageOf, tell } from '../output.ts';
import type { Address } from './address.ts';

interface Options {
  account: string;
  scopes: readonly Scope[];
  /** The name of the token in the event log, such as "segments import". */
  name: string;
}

/** How many connections the gateway keeps for everything except the transfer, which has its own. */
const POOL_SIZE = 2;
/** A process that is killed cannot revoke its token. */
const MAX_LIFETIME_MS = 24 * 60 * 60 * 1000;

/**
 * Runs `work` with a gateway in this process, on the database of the environment. Only this computer can reach it, with a token that
 * is revoked at the end.
 */
export async function withOwnGateway<Result>(
  environment: NodeJS.ProcessEnv,
  { account, scopes, name }: Options,
  work: (address: Address) => Promise<Result>,
): Promise<Result> {
  return withDatabase(environment, async (database, { url: databaseUrl, config }) => {
    await using started = new AsyncDisposableStack();
    const gateway = await startGateway({
      ...{ databaseUrl, poolSize: POOL_SIZE, pooler: config.DATABASE_POOLER },
      ...{ host: '127.0.0.1', port: 0, graphiql: false, introspection: false, isForgetful: false },
      maxSegmentsPerAccount: config.MAX_SEGMENTS_PER_ACCOUNT,
      observe: (observation) => {
        if (observation.kind !== 'fault' || observation.requestId === undefined) return;
        tell(`Request ${observation.requestId}: ${messageOf(observation.error)}`);
      },
    });
    started.defer(gateway.stop);
    const tokens = tokenStore(database);
    const expiresAt = new Date(Date.now() + MAX_LIFETIME_MS);
    const { token, id } = await tokens.create({ accountId: account, name, scopes, expiresAt });
    started.defer(async () => void (await tokens.revoke(id)));
    return await work({ url: gateway.url, token });
  });
}
