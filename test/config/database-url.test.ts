import { describe, expect, it } from 'vitest';
import { problemOf } from '../../src/config/database-url.ts';

describe('a DATABASE_URL', () => {
  it.each([
    'postgres://app:secret@db.example.com/segments',
    'postgresql://app:secret@db.example.com:5433/segments?sslmode=verify-full',
    'postgres://app:pa%23ss%2F@127.0.0.1/db',
    'postgres://app:pa%ss@127.0.0.1/db', // pg takes a % literally if it starts no escape
    'postgres://app@[::1]:5432/db',
    'postgres://app@/db?host=/var/run/postgresql',
    'postgres://app@%2Fvar%2Frun%2Fpostgresql:5432/db',
    'postgres:///db',
    'postgres://app@db/db?sslmode=require&uselibpqcompat=true&channel_binding=prefer&connect_timeout=10',
  ])('may be %s', (url) => expect(problemOf(url)).toBeNull());

  it.each([
    ['a # in the password', 'postgres://app:secret#x@127.0.0.1:5999/db', /^must have every # .* %23/],
    ['a # after digits', 'postgres://app:12#secret@127.0.0.1:5999/db', /^must have every # .* %23/],
    ['a % in the password', 'postgres://app:secret%b1@127.0.0.1/db', /^must have every % .* %25/],
    [
      'a / after digits in the password',
      'postgres://app:12/secret@127.0.0.1:5432/db',
      /^must have every \/ and \? .* %2F/,
    ],
    ['a / in the password', 'postgres://app:secret/x@127.0.0.1/db', /^must have every \/ and \? .* %2F/],
    ['several hosts', 'postgres://app:secret@a:5432,b:5432/db', /several: a:5432,b:5432$/],
    ['several hosts without ports', 'postgres://app:secret@a,b/db', /several: a,b$/],
    ['several hosts as a parameter', 'postgres://app:secret@/db?host=a,b', /several: a,b$/],
    ['a port too high', 'postgres://app:secret@127.0.0.1:99999/db', /^must have a port from 1 to 65535/],
    [
      'a port too high as a parameter',
      'postgres://app:secret@h/db?port=99999',
      /^must have a port from 1 to 65535/,
    ],
    [
      'a port that is not a number',
      'postgres://app:secret@127.0.0.1:x/db',
      /^must have a port from 1 to 65535/,
    ],
    [
      'sslrootcert=system',
      'postgres://app:secret@h/db?sslmode=verify-full&sslrootcert=system',
      /sslrootcert; it names "system" \(ENOENT\): omit it/,
    ],
    [
      'an sslrootcert that does not exist',
      'postgres://app:secret@h/db?sslrootcert=/nowhere/ca.pem',
      /sslrootcert; it names "\/nowhere\/ca.pem" \(ENOENT\)/,
    ],
    ['an sslkey that is a folder', 'postgres://app:secret@h/db?sslkey=/', /sslkey; it names "\/" \(EISDIR\)/],
    [
      'an unknown sslmode',
      'postgres://app:secret@h/db?sslmode=verify',
      /^must have an sslmode of disable, .*"verify"$/,
    ],
    ['an unknown sslnegotiation', 'postgres://app:secret@h/db?sslnegotiation=x', /sslnegotiation value: "x"/],
    ['an unclosed bracket', 'postgres://app:secret@[::1/db', /^must be a URL such as/],
    ['another scheme', 'mysql://app:secret@h/db', /^must be a URL such as/],
    ['a newline', 'postgres://app:secret@h/db\n', /^must be a URL such as/],
  ])('with %s is refused with a message that says so and does not show the password', (_, url, words) => {
    const problem = problemOf(url);
    expect(problem).toMatch(words);
    expect(problem).not.toContain('secret');
  });
});
