import { configureApiToken } from './accounts/api-token.ts';
import type { Config } from './config/config.ts';
import type { Gateway } from './gateway/gateway.ts';
import { renewedToken } from './kept-token.ts';
import type { Observe } from './observation.ts';

/**
 * Returns the token that callers can use; undefined if there is none. If API_TOKEN has ended, the gateway starts without it: a
 * restart must not turn the revocation of one token into an outage for all callers. The embedded database gets a new token instead.
 */
export async function acceptedToken(
  { apiToken: state, database }: Gateway,
  given: string | undefined,
  config: Config,
  observe: Observe,
): Promise<string | undefined> {
  if (given === undefined || !state || (state.isLive && !state.endsAt)) return given;
  if (config.API_TOKEN !== undefined) {
    const kind = state.isLive ? 'api_token_ending' : 'api_token_not_accepted';
    observe({ kind, tokenId: state.id, endsAt: state.endsAt });
    return state.isLive ? given : undefined;
  }
  try {
    const renewed = await renewedToken(config.DATA_DIR);
    await configureApiToken(database, renewed, () => {});
    return renewed;
  } catch {
    // The disk is full, or the database is read-only: other tokens can still read.
    observe({ kind: 'kept_token_not_renewed' });
    return undefined;
  }
}
