import { isIPv6 } from 'node:net';

const IPV4_MAPPED = '::ffff:';
const GROUPS = 8;
const GROUPS_OF_NETWORK = 4;

/**
 * What an address counts as where something is limited per address: an IPv4 address itself, and of an IPv6 address its
 * /64 network, because that is what one customer of a provider has at least (RFC 6177).
 */
export function networkOf(address = ''): string {
  if (address.startsWith(IPV4_MAPPED)) return address.slice(IPV4_MAPPED.length);
  if (!isIPv6(address)) return address;
  const [before = '', after = ''] = address.split('::');
  const head = groupsOf(before);
  const tail = groupsOf(after);
  const zeros = Array.from({ length: GROUPS - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, GROUPS_OF_NETWORK).join(':');
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
