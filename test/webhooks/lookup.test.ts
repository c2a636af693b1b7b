import { describe, expect, it, onTestFinished } from 'vitest';
import { publicLookup } from '../../src/webhooks/destinations/lookup.ts';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import { type DnsAnswer, dnsServer } from './dns-server.ts';
import { receiver } from './receiver.ts';

const message = { headers: {}, body: '{}' };
/** Public by its range, but in a part of IPv6 that IANA has not assigned (2d00::/8), so no test reaches anybody. */
const UNROUTED = '2d00::1';
const NEVER = new AbortController().signal;

async function namesThat(answer: Parameters<typeof dnsServer>[0]) {
  const names = await dnsServer(answer);
  onTestFinished(names.stop);
  return { ...names, lookup: publicLookup([names.address]) };
}

async function localReceiver() {
  const local = await receiver((_, response) => response.end());
  onTestFinished(local.stop);
  return local;
}

describe('A name', () => {
  it('is resolved to its public addresses of both families', async () => {
    const { address } = await namesThat(() => ['8.8.8.8', '10.0.0.1', '2001:4860:4860::8888', 'fd00::1']);
    const lookup = publicLookup([address], { otherFamilyMs: 60_000 });
    expect(await lookup('dns.example', NEVER)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2001:4860:4860::8888', family: 6 },
    ]);
  });

  it('is resolved to six addresses at most', async () => {
    const { lookup } = await namesThat(() => Array.from({ length: 20 }, (_, i) => `8.8.8.${i}`));
    expect(await lookup('many.example', NEVER)).toHaveLength(6);
  });

  it.each<[string, DnsAnswer]>([
    ['only has private addresses', ['127.0.0.1', '::1']],
    ['does not exist', 'NXDOMAIN'],
    ['has no address', []],
  ])('that %s has no public address, which is all that is said', async (_, answer) => {
    const { lookup } = await namesThat(() => answer);
    await expect(lookup('internal.example', NEVER)).rejects.toThrow(/^The name has no public address\.$/);
  });

  it('cannot be resolved if its name servers fail', async () => {
    const { lookup } = await namesThat(() => 'SERVFAIL');
    await expect(lookup('broken.example', NEVER)).rejects.toThrow('The name could not be resolved.');
  });

  it.each(['SERVFAIL', 'SILENCE'] as const)(
    'is resolved if its name servers answer %s for IPv6',
    async (answer) => {
      const { lookup } = await namesThat(({ type }) => (type === 'A' ? ['8.8.8.8'] : answer));
      expect(await lookup('old.example', NEVER)).toEqual([{ address: '8.8.8.8', family: 4 }]);
    },
  );

  it('is given up after five seconds of silence', async () => {
    const { lookup } = await namesThat(() => 'SILENCE');
    await expect(lookup('silent.example', NEVER)).rejects.toThrow('The name could not be resolved.');
  });

  it('is no longer waited for when the signal aborts', async () => {
    const controller = new AbortController();
    const { lookup } = await namesThat(() => {
      controller.abort(new Error('stopped'));
      return 'SILENCE';
    });
    await expect(lookup('silent.example', controller.signal)).rejects.toThrow('stopped');
  });
});

describe('DNS rebinding', () => {
  const to = (port: number, dnsServers: string[]) =>
    openDestinations({ allowPrivate: false, ports: [port], version: '1', timeoutMs: 30_000, dnsServers });

  it('fails, because the address that was checked is the one that is connected to', async () => {
    const local = await localReceiver();
    const names = await namesThat(({ before }) => (before === 0 ? [UNROUTED] : ['127.0.0.1', '::1']));
    const connection = to(local.port, [names.address]).open(`https://rebind.example:${local.port}/`);
    expect((await connection.post(message)).attempt).toMatchObject({ status: null });
    const first = new Set(names.asked.map(({ type }) => type)); // a question may be repeated if the answer is late
    expect(first).toEqual(new Set(['A', 'AAAA']));
    const { attempt } = await connection.post(message);
    expect(attempt).toMatchObject({ status: null, error: 'The name has no public address.' });
    expect(local.connections()).toBe(0);
  });

  it('fails with a public and a private address', async () => {
    const local = await localReceiver();
    const names = await namesThat(() => ['127.0.0.1', UNROUTED]);
    const connection = to(local.port, [names.address]).open(`https://both.example:${local.port}/`);
    expect((await connection.post(message)).attempt).toMatchObject({ status: null });
    expect(local.connections()).toBe(0);
  });
});
