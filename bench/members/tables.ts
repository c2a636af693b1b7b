import { costOf, GATEWAY, medianOf, type Result, ratio } from '../results.ts';
import type { Replacement } from './results.ts';

const HEAD = `| workload | system | requests/s | gateway is × | p50 ms | p99 ms | server µs | Postgres µs | costs × |
|---|---|---|---|---|---|---|---|---|`;

const resultOf = (results: readonly Result[], { face, workload, connections }: Result, system: string) =>
  results.find(
    (each) =>
      each.face === face &&
      each.workload === workload &&
      each.connections === connections &&
      each.system === system,
  );

/** A row for each system under each workload of a face. */
export function resultTable(results: readonly Result[], face: string): string {
  const rows = results
    .filter((each) => each.face === face)
    .map((each) => {
      const gateway = resultOf(results, each, GATEWAY);
      const isGateway = each.system === GATEWAY || !gateway;
      const times = isGateway ? '–' : spread(ratio(gateway, each));
      const cost = isGateway ? '–' : costOf(each, gateway).toFixed(2);
      const of = (key: Parameters<typeof medianOf>[1], digits = 0) => medianOf(each, key).toFixed(digits);
      return `| ${each.workload} | ${each.system} | ${of('requestsPerSecond')} | ${times} | ${of('p50', 2)} | ${of('p99', 1)} | ${of('serverMicros')} | ${of('postgresMicros')} | ${cost} |`;
    });
  return [HEAD, ...rows].join('\n');
}

/** For workloads that need as little as a retrieve, the requests per second of a system relative to its own retrieves. */
export function retrieveTable(results: readonly Result[]): string {
  const rows = results.flatMap((each) => {
    const isCompared = COMPARED.includes(each.workload);
    const retrieve =
      isCompared && results.find((other) => other.workload === RETRIEVE && isOfSame(other, each));
    if (!retrieve) return [];
    return [
      `| ${each.face} ${each.workload} | ${each.system} | ${spread(ratio(each, retrieve))} | ${costOf(each, retrieve).toFixed(2)} |`,
    ];
  });
  return ['| workload | system | requests/s × | costs × |', '|---|---|---|---|', ...rows].join('\n');
}

const RETRIEVE = 'retrieve a segment';
const COMPARED = ['one member, or none', 'segments of a customer', 'has a member'];

const isOfSame = (one: Result, other: Result): boolean =>
  one.face === other.face && one.system === other.system && one.connections === other.connections;

const spread = ({ median, least, most }: ReturnType<typeof ratio>): string =>
  `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;

/** A row for each list that replaced the members of a segment. */
export function replacementTable(replacements: readonly Replacement[]): string {
  const rows = replacements.map(({ customers, before, seconds, rss, longestWrite: { same, other } }) => {
    const count = (number: number) => number.toLocaleString('en');
    const memory = [rss.before, rss.peak, rss.after].map((each) => each.toFixed(0)).join(' / ');
    return `| ${count(customers)} | ${count(before)} | ${seconds.toFixed(1)} | ${count(Math.round(customers / seconds))} | ${memory} | ${same.toFixed(0)} | ${other.toFixed(0)} |`;
  });
  return [
    '| customers | members before | seconds | customers/s | RSS before / peak / after, MB | longest write of the account, ms | of another account, ms |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
