import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendFailure } from './failures.ts';
import { isPublic } from './public-address.ts';

/** Returns the addresses of a host that can be connected to, at least one. Throws SendFailure, or the reason of the signal. */
export type Lookup = (host: string, signal: AbortSignal) => Promise<LookupAddress[]>;

/** How long name servers have. Then the attempt fails, which has more time itself. */
const MAX_MS = 5_000;
/** How long the addresses of the other family are waited for, once there are some. Some name servers never answer for IPv6. */
const OTHER_FAMILY_MS = 300;
/** Otherwise, a name could have thousands, and an attempt would connect to many of them. */
const MAX_ADDRESSES = 6;

/**
 * Resolves names to public addresses. It asks the name servers itself: `dns.lookup` would block one of the four threads that the
 * whole process has for such calls as long as a name server does not answer, and would also find the names of this machine. A
 * name without a public address fails like a name without any, so that nobody can find out which internal names there are.
 */
export function publicLookup(servers?: readonly string[], { otherFamilyMs = OTHER_FAMILY_MS } = {}): Lookup {
  return async (host, signal) => {
    signal.throwIfAborted();
    const resolver = new Resolver({ timeout: 1_500, tries: 3 });
    if (servers) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    const timer = setTimeout(cancel, MAX_MS);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const found = await bothFamilies(resolver, host, otherFamilyMs);
      const addresses = found.filter(({ address }) => isPublic(address)).slice(0, MAX_ADDRESSES);
      if (addresses.length === 0) throw new SendFailure('The name has no public address.');
      return addresses;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      cancel();
    }
  };
}

/** Resolves names as the rest of this machine does, to any address. */
export const anyLookup: Lookup = async (host, signal) => {
  const found = await lookup(host, { all: true }).catch(() => []);
  signal.throwIfAborted();
  if (found.length === 0) throw new SendFailure('The name has no address.');
  return found;
};

/** Asks for the addresses of both families at the same time. If one of them fails, the other one is enough. */
async function bothFamilies(
  resolver: Resolver,
  host: string,
  otherFamilyMs: number,
): Promise<LookupAddress[]> {
  const answers = [answerOf(resolver.resolve4(host), 4), answerOf(resolver.resolve6(host), 6)];
  const hasSome = Boolean((await Promise.race(answers))?.length);
  const patient = (answer: Promise<LookupAddress[] | null>) =>
    hasSome ? Promise.race([answer, sleep(otherFamilyMs, [], { ref: false })]) : answer;
  const found = await Promise.all(answers.map(patient));
  const addresses = found.flatMap((each) => each ?? []);
  if (addresses.length === 0 && found.includes(null))
    throw new SendFailure('The name could not be resolved.');
  return addresses;
}

/** Codes that say that a name does not exist, or has no address of this family. */
const NONE = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

/** Returns the addresses of one family; null if name servers failed to answer. */
async function answerOf(answer: Promise<string[]>, family: number): Promise<LookupAddress[] | null> {
  try {
    return (await answer).map((address) => ({ address, family }));
  } catch (error) {
    return NONE.has(Object(error).code) ? [] : null;
  }
}
