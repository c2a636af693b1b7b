import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The only part of IPv6 that is routed in public (RFC 4291). Addresses that contain an IPv4 address are outside, except for some below. */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/** Public by their range, but answered by the host of a virtual machine: Azure's service for its agents and health probes. */
const OF_THE_HOST = new Set(['168.63.129.16']);

/**
 * Whether an address is reachable in public, as the special-purpose registries of IANA say (checked on 2026-11-29). ipaddr.js names the
 * range of an address: `unicast` is none of the special ones. So loopback, private, link-local, shared, multicast, documentation,
 * benchmarking and reserved addresses are not public, and neither is what translates to IPv4: mapped, compatible, NAT64, 6to4, Teredo.
 */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || OF_THE_HOST.has(address)) return false;
  return parsed instanceof ipaddr.IPv6 ? parsed.match(GLOBAL) : true;
}
