import type { Scope } from '../../accounts/viewer.ts';
import { WrongConfig } from '../../wrong-config.ts';
import { WrongUsage } from '../wrong-usage.ts';

/** Where a gateway is, and a token that it accepts. */
export interface Address {
  url: string;
  token: string;
}

export const DEFAULT_URL = 'http://127.0.0.1:4000';

/**
 * Returns the address that a command line and its environment name. Throws WrongUsage or WrongConfig. `scopes` are those that the
 * token needs, for the message.
 */
export function addressOf(
  { url }: { url?: string },
  { SEGMENTS_URL, SEGMENTS_TOKEN }: NodeJS.ProcessEnv,
  scopes: readonly Scope[],
): Address {
  const wrongUrl = problemOf(url);
  if (wrongUrl) throw new WrongUsage(`--url ${wrongUrl}.`);
  const wrongVariable = url === undefined && problemOf(SEGMENTS_URL);
  if (wrongVariable) throw new WrongConfig(`SEGMENTS_URL ${wrongVariable}.`);
  if (!SEGMENTS_TOKEN)
    throw new WrongConfig(`SEGMENTS_TOKEN must be a token with the scope ${scopes.join(' and ')}.`);
  if (!/^[\x21-\x7e]+$/.test(SEGMENTS_TOKEN))
    throw new WrongConfig('SEGMENTS_TOKEN must be a token; it has characters that no token has (not shown).');
  return { url: url ?? (SEGMENTS_URL || DEFAULT_URL), token: SEGMENTS_TOKEN };
}

/** Returns the URL of a path of the REST API. The gateway can be below a path of its host. */
export const targetOf = (url: string, path: string): URL =>
  new URL(path, url.endsWith('/') ? url : `${url}/`);

/** Says what is wrong with the URL of a gateway, without showing a password. */
function problemOf(url: string | undefined): string | undefined {
  if (!url) return undefined;
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return `must be a URL such as ${DEFAULT_URL}`;
  return parsed.username || parsed.password ? 'must have no user and no password (not shown)' : undefined;
}
