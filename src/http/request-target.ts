/** The target of a request: its path, and what follows the `?`, not decoded. */
export interface RequestTarget {
  path: string;
  query: string;
}

/** The path of a request that is about the server as a whole: `OPTIONS *` (RFC 9110, section 9.3.7). */
export const WHOLE_SERVER = '*';

/** The origin in an absolute form, which clients send to proxies and servers must accept (RFC 9112, section 3.2.2). */
const ORIGIN = /^https?:\/\/[^/?#]+/i;

/** Letters, digits, `-`, `.`, `_` and `~`, percent-encoded. */
const ENCODED_UNRESERVED = /%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi;

/**
 * Reads a request target. The origin of an absolute form is ignored, because the server answers for every host. Unreserved
 * characters of the path are decoded, because they mean the same encoded (RFC 3986, section 6.2.2.2). All others stay as
 * they were sent, so `%2F` is not a slash.
 */
export function requestTargetOf(method: string | undefined, url = '/'): RequestTarget {
  const target = url.startsWith('/') ? url : originForm(method, url);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    path: path.includes('%') ? path.replace(ENCODED_UNRESERVED, decodeURIComponent) : path,
    query: mark < 0 ? '' : target.slice(mark + 1),
  };
}

function originForm(method: string | undefined, url: string): string {
  const [origin] = ORIGIN.exec(url) ?? [];
  if (origin === undefined) return url;
  const rest = url.slice(origin.length);
  // Without a path, OPTIONS concerns the whole server (RFC 9112, section 3.2.4).
  if (rest === '') return method === 'OPTIONS' ? WHOLE_SERVER : '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
}
