import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadData, type Sample, startPostgres } from './data.ts';
import { rssOf } from './kernel.ts';
import type { Load } from './load/generator.ts';
import { luaOf, runScript } from './load/wrk.ts';
import { requestsOf } from './load.ts';
import { start, systems } from './systems.ts';
import { type Workload, workloads } from './workloads.ts';

/* Measures what happens beyond the limits, and prints it. Needs wrk. docs/reliability.md shows the results. */
const folder = mkdtempSync(join(tmpdir(), 'segments-overload-'));
const PORT = 14_095;
const [gateway] = systems;
if (!gateway) throw new Error('There is no gateway.');
const system = gateway;

const postgres = await startPostgres(join(import.meta.dirname, '.data'));
const { url, samples } = await loadData(postgres.url, 1_000_000);

async function load(at: string, { script, ...given }: Load & { script: string }) {
  const { total, refused, p99 } = await runScript(at, script, given);
  return { accepted: (total - refused) / given.seconds, refused: refused / given.seconds, p99 };
}

/** Writes a script that sends some of the workloads in turn, for some of the callers. */
function scriptOf(name: string, callers: readonly Sample[], wanted: (workload: Workload) => boolean): string {
  const script = join(folder, `${name}.lua`);
  const [first = [], ...others] = workloads
    .filter(wanted)
    .map((each) => requestsOf({ system }, each, callers));
  const inTurn = first.flatMap((request, i) => [request, ...others.flatMap((other) => other[i] ?? [])]);
  writeFileSync(script, luaOf(inTurn));
  return script;
}

const retrieves = (name: string, callers: readonly Sample[]) =>
  scriptOf(name, callers, ({ name, face }) => name === 'retrieve' && face === 'rest');

/** Common requests to both faces: a segment, a page, a hundred entities. */
const ordinary = (callers: readonly Sample[]) =>
  scriptOf('ordinary', callers, ({ name }) => ['retrieve', 'list 10', '_entities of 100'].includes(name));

/** Requests that are refused: different documents that exceed each of the limits, and bodies of junk. */
function hostile({ token }: Sample): string {
  const script = join(folder, 'hostile.lua');
  const head = `{ authorization = "Bearer ${token}", ["content-type"] = "application/json" }`;
  writeFileSync(
    script,
    `local n = 0
local kinds = {
  function() return '{"query":"{ ' .. string.rep('a' .. n .. ': __typename b' .. n .. ': __typename ', 60) .. '}"}' end,
  function() return '{"query":"query q' .. n .. ' { segments { nodes { id name } } }"}' end,
  function() return '{"query":"{ nope' .. n .. ' }"}' end,
  function() return '{"query":"{ ' .. string.rep('{ a' .. n, 400) .. '"}' end,
  function() return string.rep('x', 60000) end,
  function() return '{"query":"query ($ids: [ID!]!) { n' .. n .. ': nodes(ids: $ids) { id } }","variables":{"ids":["' .. string.rep('x","', 900) .. 'x"]}}' end,
}
request = function() n = n + 1; return wrk.format("POST", "/graphql", ${head}, kinds[n % #kinds + 1]()) end\n`,
  );
  return script;
}

async function withGateway<Result>(
  environment: Record<string, string>,
  run: (at: string, pid: number) => Promise<Result>,
): Promise<Result> {
  const { url: at, pid, stop } = await start(system, url, PORT, environment);
  try {
    return await run(at, pid);
  } finally {
    await stop();
  }
}

const show = (what: string, values: object) =>
  console.log(
    what.padEnd(46),
    JSON.stringify(values, (_, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value)),
  );

try {
  await withGateway({}, async (at) => {
    const script = retrieves('all', samples);
    await load(at, { connections: 128, seconds: 3, script });
    const peak = await load(at, { connections: 128, seconds: 15, script });
    show('128 connections', peak);
    for (const connections of [1_000, 3_000, 4_500]) {
      const over = await load(at, { connections, seconds: 15, script });
      show(`${connections} connections`, { ...over, ofPeak: over.accepted / peak.accepted });
    }
  });
  await withGateway({}, async (at, pid) => {
    const script = ordinary(samples);
    const [sample] = samples;
    if (!sample) throw new Error('There are no samples.');
    const minute = { connections: 64, seconds: 60 };
    await load(at, { ...minute, script });
    const before = rssOf(pid);
    const attack = await load(at, { ...minute, script: hostile(sample) });
    const during = rssOf(pid);
    await load(at, { ...minute, script });
    show('after a minute of hostile requests', {
      perSecond: attack.accepted + attack.refused,
      before,
      during,
      after: rssOf(pid),
      ratio: rssOf(pid) / before,
    });
  });
  await withGateway({ RATE_LIMIT: '60000' }, async (at) => {
    const [victim, ...others] = samples;
    if (!victim) throw new Error('There are no samples.');
    const quiet = { connections: 4, seconds: 4, script: retrieves('victim', samples.slice(0, 25)) };
    const flood = { connections: 64, seconds: 12, script: retrieves('flood', others.slice(-1)) };
    await load(at, quiet);
    const alone = await load(at, quiet);
    const flooding = load(at, flood);
    await load(at, { ...quiet, seconds: 2 });
    const beside = await load(at, quiet);
    const flooded = await flooding;
    show('a neighbour alone', alone);
    show('beside a flood', { ...beside, ratio: beside.p99 / alone.p99 });
    show('the flood', flooded);
  });
} finally {
  await postgres.stop();
}
