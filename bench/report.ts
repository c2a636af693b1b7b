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

/** Beside the gateway, the peer that takes the least processor time for a request. */
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

/** One connection: what the gateway adds to the floor's time, or to a bare server's. */
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

/** The gateway by itself: relative to the floor, grown, and after many requests. */
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
    ? 'pgbench is not installed here.'
    : `Without any server in front, \`pgbench -M prepared\` retrieves ${Math.round(pgbench.perSecond).toLocaleString('en')} segments a second over ${pgbench.connections} connections, with one statement for each.`;

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

\`npm run bench\` wrote this page on ${run.date.slice(0, 10)}. Every figure is the median of the rounds. Within a round the systems take turns, so that whatever slows the machine slows all of them. Ratios are computed within a round; the lowest and the highest are in brackets.

- **Machine**: ${run.machine.cpu}, ${run.machine.cores} cores, ${run.machine.memoryGB} GB; Node ${run.machine.node}; ${run.postgres}; load from ${run.generator}. \`${run.command}\`, which is ${run.seconds} s a round and ${results[0]?.rounds.length} rounds.
- **Data**: ${run.rows.toLocaleString('en')} segments in 1,000 accounts. The load is spread over 50 accounts, each with a token of its own.
- **Load**: it comes from the same machine, so the load generator, the system and Postgres share ${run.machine.cores} cores. At 128 connections, p99 includes the wait to be accepted: all connections open at once, and Node accepts one in each turn of its event loop.
- **Systems**: the gateway runs its production bundle with everything on: tokens, checks, limits, a log line for each request. The peers check no token and take the account from a header. The *floor* is the least that can be done with \`node:http\` and \`pg\`: it checks nothing. The sources are in \`bench/systems/\`.
- **server µs**, **Postgres µs**: processor time per request, of the system's process and of Postgres' backends, as the kernel counts it. **costs ×** is the sum of both as a multiple of the gateway's. **gateway is ×** is the gateway's requests per second as a multiple of the system's.
- **Memory**: the gateway has 64 MB for young objects from the start (\`--min-semi-space-size=64 --max-semi-space-size=64\`, as with \`npm start\` and in the image); the peers run with V8's defaults. Measured by hand, a hundred entities over 64 connections: 2,634 requests a second without the flags, 2,360 with 16 MB, 3,743 with 32, 3,936 with 64. Over 128 connections: 2,124 with 32, 3,463 with 64 (Mercurius in the same run: 1,566). Retrieves are equally fast with each. 187 MB are resident with 32, 244 with 64. See [what V8 is told](decisions/v8-flags.md).

![requests per second](../bench/results/chart.svg)

## The gateway and its best peer

For each workload, the peer that takes the least processor time per request: its processor time as a multiple of the gateway's, and the gateway's
requests per second as a multiple of the peer's. Processor time is the steadier figure, because it hardly depends on what else the machine
does.

| workload | connections | peer | it costs × | gateway is × |
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
