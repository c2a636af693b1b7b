import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart.ts';
import type { Measured } from './load.ts';
import { GATEWAY, median, medianOf, type Report, type Result, ratio } from './results.ts';

const folder = import.meta.dirname;
const { run, results, itself, pgbench }: Report = JSON.parse(
  readFileSync(join(folder, 'results', 'latest.json'), 'utf8'),
);

const find = (face: string, workload: string, connections: number, system: string) =>
  results.find(
    (each) =>
      each.face === face &&
      each.workload === workload &&
      each.connections === connections &&
      each.system === system,
  );

const FLOOR = 'floor: node:http + pg';

/** Processor time of the system and of Postgres per request, as a multiple of the gateway's: the median of the rounds. */
function costOf(system: Result, gateway: Result): number {
  const of = ({ serverMicros, postgresMicros }: Measured) => serverMicros + postgresMicros;
  return median(system.rounds.map((round, i) => of(round) / of(gateway.rounds[i] ?? round)));
}

/** For each workload of the gateway, the peer that takes the least processor time for a request. */
function peerRows(): string[] {
  return results
    .filter(({ system, connections }) => system === GATEWAY && connections > 1)
    .flatMap((gateway) => {
      const { face, workload, connections } = gateway;
      const [best] = results
        .filter(
          (each) => each.face === face && each.workload === workload && each.connections === connections,
        )
        .filter(({ system }) => system !== GATEWAY && system !== FLOOR)
        .toSorted((a, b) => costOf(a, gateway) - costOf(b, gateway));
      if (!best) return [];
      const { median: times, least, most } = ratio(gateway, best);
      const more = `${times.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
      return `| ${face} ${workload} | ${connections} | ${best.system} | ${costOf(best, gateway).toFixed(2)} | ${more} |`;
    });
}

/** The latency of the gateway on one connection, relative to the floor's. */
function floorRows(): string[] {
  const floor = (workload: string) => find('rest', workload, 1, FLOOR);
  return ['rest', 'graphql'].flatMap((face) =>
    ['retrieve', 'list 10', 'create'].flatMap((workload) => {
      const [gateway, bare] = [find(face, workload, 1, GATEWAY), floor(workload)];
      if (!gateway || !bare) return [];
      const times = medianOf(gateway, 'p50') / medianOf(bare, 'p50');
      return `| ${face} ${workload}, p50 at 1 connection, relative to the floor's | ${times.toFixed(2)} |`;
    }),
  );
}

/** The gateway by itself: relative to the floor, with a larger table, and after many requests. */
function itselfRows(): string[] {
  const { startMs, memory, growth, connections } = itself;
  const p50 = (rounds: Measured[]) => median(rounds.map((round) => round.p50));
  const [early, late] = memory;
  const grown = growth.map(({ workload, small, large }) => {
    const times = p50(large) / p50(small);
    return `| rest ${workload}, p50 at ${connections} connections, ${run.rows.toLocaleString('en')} rows relative to 10,000 | ${times.toFixed(2)} |`;
  });
  const [, first, deep] = growth;
  const depth = first && deep ? p50(deep.large) / p50(first.large) : Number.NaN;
  const kept = (late?.rss ?? Number.NaN) / (early?.rss ?? Number.NaN);
  return [
    '| | × |',
    '|---|---|',
    ...floorRows(),
    ...grown,
    `| rest list 10, p50, a deep page relative to the first | ${depth.toFixed(2)} |`,
    `| resident memory after ${late?.requests.toLocaleString('en')} requests, relative to after ${early?.requests.toLocaleString('en')} | ${kept.toFixed(2)} (${late?.rss.toFixed(0)} to ${early?.rss.toFixed(0)} MB) |`,
    `| from the start in production to the first answer | ${startMs.toFixed(0)} ms |`,
  ];
}

const pgbenchLine = () =>
  pgbench.perSecond === null
    ? 'pgbench was not installed.'
    : `Without any server in front, \`pgbench -M prepared\` retrieves ${Math.round(pgbench.perSecond).toLocaleString('en')} segments per second over ${pgbench.connections} connections, with one statement for each.`;

function resultRows(face: string): string[] {
  return results
    .filter((each) => each.face === face)
    .map((each) => {
      const gateway = find(each.face, each.workload, each.connections, GATEWAY);
      const isGateway = each.system === GATEWAY || !gateway;
      const times = isGateway ? '–' : ratio(gateway, each).median.toFixed(2);
      const cost = isGateway ? '–' : costOf(each, gateway).toFixed(2);
      const of = (key: Parameters<typeof medianOf>[1], digits = 0) => medianOf(each, key).toFixed(digits);
      return `| ${each.workload} | ${each.connections} | ${each.system} | ${of('requestsPerSecond')} | ${times} | ${of('p50', 2)} | ${of('p99', 1)} | ${of('serverMicros')} | ${of('postgresMicros')} | ${cost} | ${of('rss')} |`;
    });
}

const HEAD = `| workload | connections | system | requests/s | gateway is × | p50 ms | p99 ms | server µs | Postgres µs | costs × | RSS MB |
|---|---|---|---|---|---|---|---|---|---|---|`;

writeFileSync(
  join(folder, '..', 'docs', 'benchmarks.md'),
  `# Benchmarks

This page was generated by \`npm run bench\` on ${run.date.slice(0, 10)}. Every figure is the median of several rounds. In each round the systems are measured in turn, so that anything that slows the machine affects all of them. Ratios are computed for each round; the lowest and highest are in parentheses.

- **Machine**: ${run.machine.cpu}, ${run.machine.cores} cores, ${run.machine.memoryGB} GB; Node ${run.machine.node}; ${run.postgres}; load from ${run.generator}. \`${run.command}\`, which is ${run.seconds} s a round and ${results[0]?.rounds.length} rounds.
- **Data**: ${run.rows.toLocaleString('en')} segments in 1,000 accounts. The requests come from 50 accounts, each with its own token.
- **Load**: the load generator, the system and Postgres run on the same machine and share ${run.machine.cores} cores. All connections are opened at once and Node accepts one in each turn of its event loop, so p99 at 128 connections includes the wait to be accepted.
- **Systems**: the gateway runs its production bundle with all features enabled: tokens, validation, limits, and a log line per request. The peers do not check tokens and take the account from a header. The *floor* does the minimum with \`node:http\` and \`pg\` and validates nothing. The source code is in \`bench/systems/\`.
- **server µs** and **Postgres µs**: processor time per request used by the system's process and by the Postgres backends, as reported by the kernel. **costs ×** is their sum divided by that of the gateway. **gateway is ×** is the gateway's requests per second divided by the system's.
- **Memory**: the gateway gives V8's young generation 64 MB from the start (\`--min-semi-space-size=64 --max-semi-space-size=64\`, as with \`npm start\` and in the image); the peers run with V8's defaults. [V8 flags](decisions/v8-flags.md) shows the effect of other sizes.

![requests per second](../bench/results/chart.svg)

## The gateway and its best peer

For each workload, the table shows the peer with the lowest processor time per request. **costs ×** is its processor time divided by the gateway's,
and **gateway is ×** is the gateway's requests per second divided by the peer's. Processor time varies less between runs, because it depends
little on what else the machine is doing.

| workload | connections | peer | costs × | gateway is × |
|---|---|---|---|---|
${peerRows().join('\n')}

## The gateway by itself

${itselfRows().join('\n')}

## REST

${pgbenchLine()}

${HEAD}
${resultRows('rest').join('\n')}

## GraphQL

${HEAD}
${resultRows('graphql').join('\n')}
`,
);
writeFileSync(join(folder, 'results', 'chart.svg'), chart(results.filter(isShown)));

function isShown({ workload, connections }: Result): boolean {
  return connections === 32 && ['retrieve', 'list 10', 'create'].includes(workload);
}
