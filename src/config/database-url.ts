import { readFileSync } from 'node:fs';
import pg from 'pg';

const FORM = /^postgres(ql)?:\/\/\S+$/; // not a URL parser: libpq's form can omit the host, for a socket
/** What a DATABASE_URL must be. */
export const EXAMPLE = 'a URL such as postgres://user:password@host:5432/database?sslmode=verify-full';
const PORT = 'must have a port from 1 to 65535; its port is not one';
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'];
/** Captures host and port, if any, and the rest. A password can contain any characters but / and ?, which end this part. */
const PARTS = /^postgres(?:ql)?:\/\/(?:[^/?]*@)?([^/?]*)(.*)/s;

/**
 * Returns what is wrong with a DATABASE_URL ("must …; it …"); null if nothing is. pg itself parses the URL, so a URL that passes
 * means the same to pg. This function also refuses URLs that pg would silently misread, and explains those that pg refuses. The
 * message shows no part of the URL except hosts, files and `sslmode`.
 */
export function problemOf(url: string): string | null {
  if (!FORM.test(url)) return `must be ${EXAMPLE}; it is something else (not shown)`;
  if (url.includes('#')) return 'must have every # of a password written as %23; it contains a #';
  if (hasSlashInPassword(url)) return SLASH;
  try {
    const { host, port } = new pg.Client(url);
    if (host.includes(',')) return `must name one host; it names several: ${host}`;
    if (!(port >= 1 && port <= 65_535)) return PORT;
    return problemOfMode(parameterOf(url, 'sslmode'));
  } catch (error) {
    return problemOfParts(url, error);
  }
}

/** The parameters that contain no secret. */
const SHOWN_PARAMETERS = ['sslmode', ...SSL_FILES, 'application_name', 'connect_timeout'];

/**
 * Returns a DATABASE_URL with `hidden` instead of its password, and instead of each parameter that may contain a secret. The URL
 * must be one that passes `problemOf`.
 */
export function withoutPassword(url: string, hidden: string): string {
  const [address = '', ...query] = url.split('?');
  const shown = address.replace(/^(\w+:\/\/[^/?:]*:)[^/?]*@/, `$1${hidden}@`);
  if (query.length === 0) return shown;
  const parameters = query.join('?').split('&');
  return `${shown}?${parameters.map((parameter) => shownParameter(parameter, hidden)).join('&')}`;
}

function shownParameter(parameter: string, hidden: string): string {
  const [name = '', value] = parameter.split('=');
  return value === undefined || SHOWN_PARAMETERS.includes(name) ? parameter : `${name}=${hidden}`;
}

const SLASH = 'must have every / and ? of a password written as %2F and %3F; it contains one';

/** Whether a password contains a bare slash. Its rest would be read as the database, which Postgres repeats in its errors. */
function hasSlashInPassword(url: string): boolean {
  const [, , rest = ''] = PARTS.exec(url) ?? [];
  const [path = ''] = rest.split('?');
  return path.includes('@');
}

/** Refuses an unknown mode, because pg silently treats a misspelt one as verify-full. */
function problemOfMode(mode: string | null): string | null {
  if (mode === null || SSL_MODES.includes(mode)) return null;
  return `must have an sslmode of ${SSL_MODES.join(', ')}; it has "${mode}"`;
}

/** Explains a URL that pg cannot parse. */
function problemOfParts(url: string, error: unknown): string {
  if (error instanceof URIError)
    return 'must have every % of a password written as %25; it contains a bare %';
  const [, authority = '', rest = ''] = PARTS.exec(url) ?? [];
  const port = portOf(authority);
  if (rest.includes('@')) return SLASH;
  if (authority.includes(',')) return `must name one host; it names several: ${authority}`;
  if (port !== undefined && !(Number(port) <= 65_535)) return PORT;
  const file = SSL_FILES.map((name) => problemOfFile(name, parameterOf(url, name))).find((each) => each);
  if (file) return file;
  if (error instanceof TypeError) return `must be ${EXAMPLE}; it cannot be parsed (not shown)`;
  return `must be ${EXAMPLE}; ${error instanceof Error ? error.message : 'it cannot be parsed'}`;
}

/** Returns what follows the last colon, unless the colon is part of an IPv6 address. */
function portOf(authority: string): string | undefined {
  const mark = authority.lastIndexOf(':');
  return mark < 0 || authority.includes(']', mark) ? undefined : authority.slice(mark + 1);
}

function problemOfFile(name: string, file: string | null): string | null {
  if (file === null) return null;
  try {
    readFileSync(file);
    return null;
  } catch (error) {
    const hint =
      file === 'system' ? ': omit it to trust the certificate authorities that Node.js trusts' : '';
    const code = error instanceof Error && 'code' in error ? error.code : 'no file';
    return `must name a file that can be read as ${name}; it names "${file}" (${code})${hint}`;
  }
}

const parameterOf = (url: string, name: string): string | null =>
  new URLSearchParams(url.slice(url.indexOf('?') + 1)).get(name);
