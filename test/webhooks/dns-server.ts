import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

/** What the server says to a question: addresses, of which those of the asked family are sent; an error; or nothing at all. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'SILENCE';

interface Question {
  name: string;
  type: 'A' | 'AAAA';
  /** How often this question was asked before. */
  before: number;
}

const TYPES = new Map([
  [1, 'A'],
  [28, 'AAAA'],
] as const);
const CODES = { NXDOMAIN: 3, SERVFAIL: 2 };

/** Starts a name server on a free port of this machine. It answers over UDP, with a time to live of zero. */
export async function dnsServer(answer: (question: Question) => DnsAnswer) {
  const asked: Question[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = nameAt(query, 12);
    const type = TYPES.get(query.readUInt16BE(end) as 1 | 28) ?? 'A';
    const before = asked.filter((each) => each.name === name && each.type === type).length;
    const question = { name, type, before };
    asked.push(question);
    const said = answer(question);
    if (said !== 'SILENCE')
      socket.send(packet(query.subarray(0, end + 4), type, said), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

function nameAt(query: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function packet(question: Buffer, type: 'A' | 'AAAA', said: Exclude<DnsAnswer, 'SILENCE'>): Buffer {
  const code = typeof said === 'string' ? CODES[said] : 0;
  const addresses = typeof said === 'string' ? [] : said.filter((each) => isIPv4(each) === (type === 'A'));
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8); // no records of other sections
  return Buffer.concat([head, ...addresses.map((address) => record(type, bytesOf(address)))]);
}

function record(type: 'A' | 'AAAA', data: Buffer): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([head, data]);
}

function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const zeros = Array.from({ length: 8 - groups(left).length - groups(right).length }, () => '0');
  const all = [...groups(left), ...zeros, ...groups(right)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
