import { describe, expect, it } from 'vitest';
import { isPublic } from '../../src/webhooks/destinations/public-address.ts';

/** The special-purpose registries of IANA, with the first and the last address of each range. */
const SPECIAL = {
  'this network': ['0.0.0.0', '0.255.255.255'],
  'private 10': ['10.0.0.0', '10.255.255.255'],
  'shared (CGNAT)': ['100.64.0.0', '100.127.255.255'],
  loopback: ['127.0.0.0', '127.0.0.1', '127.255.255.255'],
  'link-local': ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
  'private 172': ['172.16.0.0', '172.31.255.255'],
  'IETF protocols': ['192.0.0.0', '192.0.0.192', '192.0.0.255'],
  documentation: [
    '192.0.2.0',
    '192.0.2.255',
    '198.51.100.0',
    '198.51.100.255',
    '203.0.113.0',
    '203.0.113.255',
  ],
  AS112: ['192.31.196.0', '192.31.196.255', '192.175.48.0', '192.175.48.255'],
  AMT: ['192.52.193.0', '192.52.193.255'],
  '6to4 relay': ['192.88.99.0', '192.88.99.255'],
  'private 192': ['192.168.0.0', '192.168.255.255'],
  benchmarking: ['198.18.0.0', '198.19.255.255'],
  multicast: ['224.0.0.0', '239.255.255.255'],
  reserved: ['240.0.0.0', '255.255.255.254'],
  broadcast: ['255.255.255.255'],
  'host of a virtual machine (Azure)': ['168.63.129.16'],
  'IPv6 loopback, unspecified': ['::1', '::'],
  'IPv4-compatible': ['::127.0.0.1', '::8.8.8.8'],
  'IPv4-mapped': [
    '::ffff:0:0',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:ffff:ffff',
    '0:0:0:0:0:ffff:0a00:0001',
  ],
  'IPv4-translated': ['::ffff:0:8.8.8.8'],
  NAT64: [
    '64:ff9b::',
    '64:ff9b::8.8.8.8',
    '64:ff9b::ffff:ffff',
    '64:ff9b:1::',
    '64:ff9b:1:ffff:ffff:ffff:ffff:ffff',
  ],
  'discard, dummy': ['100::', '100::ffff:ffff:ffff:ffff', '100:0:0:1::'],
  Teredo: ['2001::', '2001::1', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  'IETF protocols in IPv6': [
    '2001:1::1',
    '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:2::',
    '2001:3::',
    '2001:4:112::',
  ],
  ORCHID: ['2001:10::', '2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff', '2001:30::'],
  'documentation in IPv6': [
    '2001:db8::',
    '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    '3fff::',
    '3fff:fff:ffff::',
  ],
  '6to4': ['2002::', '2002:7f00:1::', '2002:808:808::1'],
  'AS112 in IPv6': ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
  'segment routing': ['5f00::', '5f00:ffff::'],
  'unique local': ['fc00::', 'fd00:ec2::254', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'link-local in IPv6': ['fe80::', 'fe80::1', 'febf:ffff::', 'fe80::1%eth0'],
  'site-local': ['fec0::', 'feff:ffff::'],
  'multicast in IPv6': ['ff00::', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'not assigned': ['1::', '1fff:ffff::', '4000::', '8000::1', 'a000::', 'e000::', '200::1'],
  'no address': [
    '',
    'localhost',
    '1',
    '127.1',
    '0x7f000001',
    '8.8.8.8 ',
    '08.8.8.8',
    '[2606:4700::1111]',
    '2606:4700::1%1',
  ],
};

describe.each(Object.entries(SPECIAL))('An address of the range "%s"', (_, addresses) => {
  it.each(addresses)('is not public: %s', (address) => expect(isPublic(address)).toBe(false));
});

/** Public addresses, among them the neighbours of special ranges. */
const PUBLIC = [
  ...['1.0.0.0', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...[
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.0.3.0',
  ],
  ...['192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '203.0.112.255', '223.255.255.255'],
  ...[
    '2001:200::',
    '2001:4860:4860::8888',
    '2001:db7:ffff::',
    '2001:db9::',
    '2003::',
    '2606:4700::1111',
    '2a00::1',
  ],
];

it.each(PUBLIC)('%s is public', (address) => expect(isPublic(address)).toBe(true));
