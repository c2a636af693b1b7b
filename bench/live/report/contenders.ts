import { median } from '../../results.ts';
import type { Delivery } from '../delivery.ts';
import type { Contender, Round } from '../results.ts';

/** A row for each figure, and a column for each system. */
export function contenderTable(contenders: readonly Contender[]): string[] {
  const row = (label: string, of: (round: Round) => number, digits = 0) =>
    `| ${[label, ...contenders.map(({ rounds }) => spread(rounds.map(of), digits))].join(' | ')} |`;
  const counts = contenders[0]?.rounds[0]?.many.map(({ followers }) => followers) ?? [];
  return [
    `| | ${contenders.map(({ name }) => name).join(' | ')} |`,
    `|---|${contenders.map(() => '---|').join('')}`,
    row('1 follower: latency p50, ms', ({ single }) => single.ms.p50, 1),
    row('1 follower: latency p99, ms', ({ single }) => single.ms.p99, 1),
    ...counts.flatMap((followers, i) => {
      const of = (round: Round) => round.many[i]?.delivery;
      const figure = (label: string, read: (of: Delivery) => number, digits = 0) =>
        row(
          `${followers.toLocaleString('en')} followers, 100 events/s: ${label}`,
          (round) => {
            const delivery = of(round);
            return delivery ? read(delivery) : Number.NaN;
          },
          digits,
        );
      return [
        figure('latency p50, ms', ({ ms }) => ms.p50),
        figure('latency p99, ms', ({ ms }) => ms.p99),
        figure('writes per second', ({ writesPerSecond }) => writesPerSecond),
        figure('events delivered per second', ({ perSecond }) => perSecond),
        figure('costs, µs', ({ serverMicros, postgresMicros }) => serverMicros + postgresMicros, 1),
        figure('most resident memory, MB', ({ maxRss }) => maxRss),
        figure(
          'writes not acknowledged, %',
          ({ unacknowledged, writes }) => (100 * unacknowledged) / writes,
          1,
        ),
        figure('events missed, %', ({ missed, expected }) => (100 * missed) / expected, 1),
      ];
    }),
    row(
      'idle: resident memory per stream, KB',
      ({ idle }) => (1024 * (idle.rssAfter - idle.rssBefore)) / idle.streams,
      1,
    ),
    row('idle: statements per second', ({ idle }) => idle.statementsPerSecond, 1),
    row('after a cut: events missed', ({ cut }) => cut.missed),
  ];
}

/** The median of the rounds, and the lowest and the highest if they differ. */
function spread(values: readonly number[], digits: number): string {
  const shown = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const [least, most] = [Math.min(...values), Math.max(...values)].map(shown);
  const middle = shown(median(values));
  return least === most ? middle : `${middle} (${least} to ${most})`;
}
