import type { Delivery } from '../delivery.ts';
import type { Idle } from '../idle.ts';
import type { Gateways } from '../results.ts';

/** A row for each figure of two gateways, and a column for each way in which they learn about events. */
export function acrossRows(gateways: readonly Gateways[], followers: number): string[] {
  const row = (label: string, of: (each: Gateways) => string) =>
    `| ${[label, ...gateways.map(of)].join(' | ')} |`;
  const many = followers.toLocaleString('en');
  return [
    row('', ({ how }) => (how === 'notices' ? 'with notices' : 'polling')),
    `|---|${gateways.map(() => '---|').join('')}`,
    row('1 follower: latency p50 / p99 / max, ms', ({ single }) => latency(single)),
    row(`${many} followers, 100 events/s: latency p50 / p99 / max, ms`, (each) => latency(each.many)),
    row(`${many} followers: writes per second`, (each) => each.many.writesPerSecond.toFixed(0)),
    row(`${many} followers: events delivered per second`, (each) =>
      Math.round(each.many.perSecond).toLocaleString('en'),
    ),
    row(`${many} followers: server + Postgres µs per event delivered`, (each) => costs(each.many)),
    row('events missed', ({ single, many }) => `${single.missed + many.missed}`),
    row('idle streams: statements per second', ({ idle }) => idle.statementsPerSecond.toFixed(1)),
    row('idle streams: resident memory before → with them, MB', ({ idle }) => memory(idle)),
  ];
}

const latency = ({ ms }: Delivery) => [ms.p50, ms.p99, ms.max].map((each) => each.toFixed(0)).join(' / ');
const costs = ({ serverMicros, postgresMicros }: Delivery) =>
  `${serverMicros.toFixed(1)} + ${postgresMicros.toFixed(1)}`;
const memory = ({ rssBefore, rssAfter }: Idle) => `${rssBefore.toFixed(0)} → ${rssAfter.toFixed(0)}`;
