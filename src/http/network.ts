import { isIPv6 } from 'node:net';

const IPV4_MAPPED = '::ffff:';
const GROUPS = 8;
const GROUPS_OF_NETWORK = 4;

/**
 * Returns what limits per address apply to: an IPv4 address, or the /64 network of an IPv6 address, because a customer of a
 * provider has at least one such network (RFC 6177).
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
