import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';

/** How long an issuer's keys are used, counted from when they were requested. */
export interface KeyTimes {
  /** A key that the issuer has removed is refused after this time at the latest. */
  maxAgeMs: number;
  /** While the issuer cannot be reached, its last keys are used for this time at most. */
  maxStaleMs: number;
  /** The pause before the issuer is asked again, after a request that failed or for a key that the last answer lacked. */
  retryMs: number;
}

/**
 * The times that the README promises. During an outage of the issuer, tokens are accepted for ten minutes and then refused:
 * an attacker who blocks the connection to the issuer cannot keep a removed key in use.
 */
const KEY_TIMES: KeyTimes = { maxAgeMs: 60_000, maxStaleMs: 10 * 60_000, retryMs: 5_000 };
const TIMEOUT_MS = 1_500;

/** The keys in one answer of the issuer. `find` stays the same function as long as the text of the answer is the same. */
export interface KeySet {
  find: JWTVerifyGetKey;
  text: string;
  askedAt: number;
}

/**
 * The public keys of an issuer (RFC 7517). They are fetched when they are first needed, and refreshed in the background
 * after half of their maximum age, so that no request waits for them while the issuer answers. jose's own remote set is not
 * used: it keeps a removed key for up to ten minutes, and has no keys while the issuer is unreachable.
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
    /** The keys to verify with now. If there are none that may be used, throws the error of the last request. */
    async current(): Promise<KeySet> {
      const age = kept ? ageOf(kept) : Number.POSITIVE_INFINITY;
      if (kept && age < maxAgeMs) {
        if (age > maxAgeMs / 2) refresh().catch(() => {}); // retried, and reported, once the keys are too old
        return kept;
      }
      return refresh().catch((cause: unknown) => {
        if (kept && ageOf(kept) < maxStaleMs) return kept;
        throw cause;
      });
    },

    /** Fetches newer keys, if `keys` lack one. Null if `keys` are too new to ask again. Throws as `current` does. */
    newerThan: (keys: KeySet): Promise<KeySet> | null => (ageOf(keys) < retryMs ? null : refresh()),
  };
}

/** Throws if the issuer does not answer in time, or if its answer is not a set of keys. */
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
