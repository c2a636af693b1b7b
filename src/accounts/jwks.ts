import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';

/** How long an issuer's keys are used, counted from the moment at which they were asked for. */
export interface KeyTimes {
  /** A key that the issuer has removed is refused after this time at the latest. */
  maxAgeMs: number;
  /** The same while the issuer cannot be reached: then the last keys go on being used, but no longer than this. */
  maxStaleMs: number;
  /** The pause between two requests to the issuer after one that failed, or for a key that it did not have. */
  retryMs: number;
}

/**
 * The times that the README promises. An outage of the issuer of up to ten minutes refuses nobody; a longer one refuses
 * everybody, so that whoever can cut the gateway off from the issuer cannot keep a removed key in use.
 */
const KEY_TIMES: KeyTimes = { maxAgeMs: 60_000, maxStaleMs: 10 * 60_000, retryMs: 5_000 };
const TIMEOUT_MS = 1_500;

/** The keys of one answer of the issuer. The same `find` as long as the issuer answers the same. */
export interface KeySet {
  find: JWTVerifyGetKey;
  text: string;
  askedAt: number;
}

/**
 * The public keys of an issuer (RFC 7517), fetched when they are first needed and refreshed at half of their age in the
 * background, so that no request waits for them as long as the issuer answers. jose's own remote set is not used: it keeps
 * a removed key for as long as its cache says, and serves nothing at all while the issuer is away.
 */
export function issuerKeys(url: string, times: Partial<KeyTimes> = {}) {
  const { maxAgeMs, maxStaleMs, retryMs } = { ...KEY_TIMES, ...times };
  let kept: KeySet | undefined;
  let failed: { at: number; cause: unknown } | undefined;
  let pending: Promise<KeySet> | undefined;

  const ageOf = ({ askedAt }: KeySet) => performance.now() - askedAt;

  function refresh(): Promise<KeySet> {
    if (failed && performance.now() - failed.at < retryMs) return Promise.reject(failed.cause);
    pending ??= fetchKeys(url)
      .then(
        (keys) => {
          failed = undefined;
          kept = kept?.text === keys.text ? { ...kept, askedAt: keys.askedAt } : keys;
          return kept;
        },
        (cause: unknown) => {
          failed = { at: performance.now(), cause };
          throw cause;
        },
      )
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  return {
    /** The keys to verify with now. Throws what the last request met where there are none that may be used. */
    async current(): Promise<KeySet> {
      const age = kept ? ageOf(kept) : Number.POSITIVE_INFINITY;
      if (kept && age < maxAgeMs) {
        if (age > maxAgeMs / 2) refresh().catch(() => {}); // tried again, and told, when they are too old
        return kept;
      }
      return refresh().catch((cause: unknown) => {
        if (kept && ageOf(kept) < maxStaleMs) return kept;
        throw cause;
      });
    },

    /** Newer keys than those that lack one; null where they are too new to ask again. Throws as `current` does. */
    newerThan: (keys: KeySet): Promise<KeySet> | null => (ageOf(keys) < retryMs ? null : refresh()),
  };
}

/** Throws where the issuer does not answer in time, or with something else than a set of keys. */
async function fetchKeys(url: string): Promise<KeySet> {
  const askedAt = performance.now();
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`The issuer answered ${response.status} instead of its keys.`);
  return { find: createLocalJWKSet(JSON.parse(text)), text, askedAt };
}
