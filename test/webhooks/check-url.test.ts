import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import type { Destinations } from '../../src/webhooks/destinations.ts';
import { dnsServer } from './dns-server.ts';
import { receiver } from './receiver.ts';

const { check } = openDestinations({ allowPrivate: false, ports: [443, 8443], version: '1' });
const trusting = openDestinations({ allowPrivate: true, ports: [443], version: '1' });

describe('A URL', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTPS://EXAMPLE.com:443/a/../b?c=d', 'https://example.com/b?c=d'],
    ['https://example.com:8443/ü', 'https://example.com:8443/%C3%BC'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700:0::1111]/', 'https://[2606:4700::1111]/'],
  ])('%s is %s in its normal form', (given, url) => expect(check(given)).toEqual({ url }));

  it.each([
    ['http://example.com/', 'must begin with https://, not http://'],
    ['example.com', 'must begin with https://'],
    ['https://', 'must be a valid URL'],
    ['https://example.com:22/', 'must have the port 443 or 8443, not 22'],
    ['https://10.0.0.1/', 'must have a public host, not 10.0.0.1'],
    [
      'https://a:b@example.com/#c',
      'must not contain a user name or a password, and must not contain a fragment (#)',
    ],
    ['https://example.com/a b', 'must not contain spaces, control characters or backslashes'],
    [`https://example.com/${'a'.repeat(2_029)}`, 'must have at most 2,048 characters'],
    [`https://example.com/${'ü'.repeat(2_000)}`, 'must have at most 2,048 characters in its normal form'],
  ])('%s has a problem', (given, problem) => expect(check(given)).toEqual({ problem }));

  it('can be private, without TLS and with any port where that is allowed', () => {
    expect(trusting.check('http://localhost:3000/hook')).toEqual({ url: 'http://localhost:3000/hook' });
    expect(trusting.check('https://10.0.0.1/')).toEqual({ url: 'https://10.0.0.1/' });
    expect(trusting.check('http://a@localhost/')).toHaveProperty('problem');
    expect(trusting.check('ftp://localhost/')).toEqual({
      problem: 'must begin with https:// or http://, not ftp://',
    });
  });
});

/** Ways to reach this machine or its network. `:P` is the port of a receiver that would answer. */
const INPUTS = [
  ...['https://127.0.0.1:P/', 'https://127.1:P/', 'https://127.0.1:P/', 'https://2130706433:P/'],
  ...['https://0x7f000001:P/', 'https://0x7f.1:P/', 'https://0x7F.0x0.0x0.0x1:P/', 'https://017700000001:P/'],
  ...['https://0177.0.0.1:P/', 'https://0177.1:P/', 'https://127.0.0.1.:P/', 'https://127.000.000.001:P/'],
  ...['https://0:P/', 'https://0.0.0.0:P/', 'https://127.127.127.127:P/', 'https://4294967295:P/'],
  ...[
    'https://①②⑦.⓪.⓪.①:P/',
    'https://127。0。0。1:P/',
    'https://127.0.0.１:P/',
    'https://%31%32%37.0.0.1:P/',
  ],
  ...['https://[::1]:P/', 'https://[::]:P/', 'https://[0:0:0:0:0:0:0:1]:P/', 'https://[::ffff:127.0.0.1]:P/'],
  ...['https://[::ffff:7f00:1]:P/', 'https://[::127.0.0.1]:P/', 'https://[64:ff9b::7f00:1]:P/'],
  ...[
    'https://[2002:7f00:1::]:P/',
    'https://[fe80::1]:P/',
    'https://[fe80::1%25lo]:P/',
    'https://[fd00:ec2::254]/',
  ],
  ...['https://localhost:P/', 'https://LOCALHOST:P/', 'https://localhost.:P/', 'https://a.localhost:P/'],
  ...[
    'https://a.localhost.:P/',
    'https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:P/',
    'https://loc\u00adalhost:P/',
    'https://localhost%2e:P/',
  ],
  ...['https://169.254.169.254/', 'https://metadata/', 'https://10.0.0.1/', 'https://192.168.0.1/'],
  ...['https://172.16.0.1/', 'https://100.100.100.200/', 'https://192.0.0.192/', 'https://168.63.129.16/'],
  ...[
    'http://127.0.0.1:P/',
    'HTTP://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://x/',
  ],
  ...[
    'data:text/plain,x',
    'javascript:alert(1)',
    '//127.0.0.1:P/',
    'https:127.0.0.1:P',
    'https:/127.0.0.1:P/',
  ],
  ...['https:\\\\127.0.0.1:P\\', 'https://example.com\\@127.0.0.1:P/', 'https://example.com@127.0.0.1:P/'],
  ...['https://127.0.0.1:P@example.com/', 'https://a:b@example.com/', 'https://example.com#@127.0.0.1:P/'],
  ...[
    'https://127.0.\n0.1:P/',
    'https://127.0.0.1\t:P/',
    ' https://127.0.0.1:P/',
    'https://127.0.0.1:P/\r\nHost: x',
  ],
  ...[
    'https://exam\u0000ple.com/',
    'h\nttps://127.0.0.1:P/',
    'https://example.com:0/',
    'https://example.com:22/',
  ],
  ...[
    'https://example.com:99999/',
    'https://example.com:-1/',
    'https://[::1/',
    'https://',
    'https:///127.0.0.1:P/',
  ],
  // Names of a name server that anyone can run.
  ...[
    'https://127.0.0.1.example.com:P/',
    'https://10.0.0.1.example.com:P/',
    'https://169.254.169.254.example.com:P/',
  ],
  ...['https://0.0.0.0.example.com:P/', 'https://six.example.com:P/', 'https://mapped.example.com:P/'],
  ...['https://nat64.example.com:P/', 'https://LOCALHOST.example.com.:P/', 'https://none.example.com:P/'],
];

const SIX: Readonly<Record<string, string>> = {
  'six.example.com': '::1',
  'mapped.example.com': '::ffff:7f00:1',
  'nat64.example.com': '64:ff9b::7f00:1',
};

describe('A receiver on this machine or in its network', () => {
  let names: Awaited<ReturnType<typeof dnsServer>>;
  let local: Awaited<ReturnType<typeof receiver>>;
  let destinations: Destinations;
  beforeAll(async () => {
    names = await dnsServer(({ name }) =>
      [SIX[name] ?? name.replace('.example.com', '')].filter((each) => /\d|:/.test(each)),
    );
    local = await receiver((_, response) => response.end());
    const ports = [443, local.port];
    destinations = openDestinations({
      allowPrivate: false,
      ports,
      version: '1',
      dnsServers: [names.address],
    });
  });
  afterAll(async () => {
    await local.stop();
    await names.stop();
  });

  it.each(INPUTS)('is not reached with %j', async (input) => {
    const url = input.replace(':P', `:${local.port}`);
    const connection = destinations.open(url);
    const { attempt } = await connection.post({ headers: {}, body: '{}' });
    expect(attempt).toMatchObject({
      status: null,
      error: expect.stringMatching(/^The (URL must|name has no public)/),
    });
    expect(local.connections()).toBe(0);
    connection.close();
  });

  it('is reached where that is allowed', async () => {
    const { attempt } = await trusting
      .open(`http://127.0.0.1:${local.port}/`)
      .post({ headers: {}, body: '{}' });
    expect(attempt.status).toBe(200);
  });
});
