import { isIP } from 'node:net';
import { brief } from '../../errors/quoted.ts';
import { MAX_URL } from '../webhook.ts';
import { isPublic } from './public-address.ts';

/** What a URL can be. */
export interface Allowed {
  /** Whether private addresses, any port, and http are allowed. */
  allowPrivate: boolean;
  ports: readonly number[];
}

const TOO_LONG = `must have at most ${MAX_URL.toLocaleString('en')} characters`;
const UNWANTED = /[\s\\\p{Cc}]/u;
const SCHEME = /^[a-z][a-z0-9+.-]*:(?:\/\/)?/i;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 };

/**
 * Returns a URL in its normal form (WHATWG), or why it cannot be a destination: what is wrong, and what is allowed. All problems are in
 * one text. A host that is a name is checked when it is connected to.
 */
export function checkUrl(given: string, allowed: Allowed): { url: string } | { problem: string } {
  const problems = [...problemsOfText(given, allowed)];
  const url = problems.length > 0 ? null : URL.parse(given);
  if (problems.length === 0) problems.push(...(url ? problemsOf(url, allowed) : ['must be a valid URL']));
  return url && problems.length === 0 ? { url: url.href } : { problem: problems.join(', and ') };
}

/** The problems that a parser would hide, because it removes white space and repairs slashes. */
function* problemsOfText(given: string, { allowPrivate }: Allowed): Generator<string> {
  const schemes = allowPrivate ? ['https://', 'http://'] : ['https://'];
  if (given.length > MAX_URL) yield TOO_LONG;
  if (UNWANTED.test(given)) yield 'must not contain spaces, control characters or backslashes';
  if (schemes.some((scheme) => given.toLowerCase().startsWith(scheme))) return;
  const [scheme = ''] = SCHEME.exec(given) ?? [];
  yield `must begin with ${schemes.join(' or ')}${scheme && `, not ${brief(scheme)}`}`;
}

function* problemsOf(url: URL, { allowPrivate, ports }: Allowed): Generator<string> {
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
  if (url.href.length > MAX_URL) yield `${TOO_LONG} in its normal form`;
  if (url.username || url.password) yield 'must not contain a user name or a password';
  if (url.href.includes('#')) yield 'must not contain a fragment (#)';
  if (port === 0 || port === undefined) yield 'must not have the port 0';
  else if (!allowPrivate && !ports.includes(port))
    yield `must have the port ${ports.join(' or ')}, not ${port}`;
  if (!allowPrivate && !isPublicHost(url.hostname))
    yield `must have a public host, not ${brief(url.hostname)}`;
}

/** Whether a host is a public address, or a name that can have one: a name within a domain. A dot at its end is a second spelling. */
function isPublicHost(host: string): boolean {
  const address = addressIn(host);
  if (address !== null) return isPublic(address);
  return host.includes('.') && !host.endsWith('.') && !host.endsWith('.localhost');
}

/** Returns the address that the host of a URL is; null if it is a name. */
function addressIn(host: string): string | null {
  const address = host.startsWith('[') ? host.slice(1, -1) : host;
  return isIP(address) === 0 ? null : address;
}
