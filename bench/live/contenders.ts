import { type System, start, systems } from '../systems.ts';
import { type Api, FOLLOW, graphql, RESUME } from './api.ts';
import { cut } from './cut.ts';
import { deliver } from './delivery.ts';
import { idleCost, warmUp } from './idle.ts';
import { type Bench, PORTS, PREPARED, steadily, WITH_STREAMS } from './plan.ts';
import type { Contender, Round } from './results.ts';

interface Entry {
  system: System;
  /** Follows from the next event. */
  api: Api;
  /** Continues where it was cut, if the system can. */
  resuming: Api;
}

const [gateway] = systems;
if (!gateway) throw new Error('There is no gateway.');

const follow = graphql(FOLLOW);
const entries: Entry[] = [
  { system: { ...gateway, faces: ['graphql'] }, api: follow, resuming: graphql(RESUME) },
  {
    system: {
      name: 'Yoga pub/sub',
      faces: ['graphql'],
      command: ['node', 'systems/yoga-live.ts'],
      headers: ({ account }) => ({ 'x-account': account }),
    },
    api: follow,
    resuming: follow,
  },
];

/** Measures the systems in turn, over the same GraphQL. Each round starts them anew. */
export async function measureContenders(bench: Bench, rounds: number): Promise<Contender[]> {
  const contenders = entries.map(({ system: { name } }): Contender => ({ name, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, entry] of entries.entries()) contenders[i]?.rounds.push(await roundOf(bench, entry));
  }
  return contenders;
}

async function roundOf(bench: Bench, { system, api, resuming }: Entry): Promise<Round> {
  const { database, postmaster, sample, followers } = bench;
  const started = await start(system, database.url, PORTS.followed, WITH_STREAMS);
  const path = { writer: started, followed: started, api, sample };
  try {
    await warmUp(started, sample, { seconds: bench.warmUpSeconds, postmaster });
    const idle = await idleCost(started, { ...bench, api });
    await deliver(path, { ...PREPARED, postmaster });
    const single = await deliver(path, { ...bench.single(), followers: 1, postmaster });
    const again = await cut(started, resuming, sample);
    const many: Round['many'] = [];
    for (const count of [Math.ceil(followers / 10), followers]) {
      const delivery = await deliver(path, { ...steadily(bench.seconds), followers: count, postmaster });
      many.push({ followers: count, delivery });
    }
    const round = { idle, single, many, cut: again };
    console.log(system.name, JSON.stringify(round));
    return round;
  } finally {
    await started.stop();
  }
}
