import { type Started, start, systems } from '../systems.ts';
import { rest } from './api.ts';
import { deliver } from './delivery.ts';
import { idleCost, warmUp } from './idle.ts';
import { type Bench, PORTS, PREPARED, steadily, WITH_STREAMS } from './plan.ts';
import type { Gateways } from './results.ts';

/** Measures two gateways on one database: writes go to one, and followers are at the other. */
export async function measureGateways(bench: Bench, how: Gateways['how']): Promise<Gateways> {
  const { database, postmaster, sample } = bench;
  const pooler = how === 'notices' ? 'none' : 'transaction';
  const running: Started[] = [];
  const begin = async (port: number) => {
    const [gateway] = systems;
    if (!gateway) throw new Error('There is no gateway.');
    const started = await start(gateway, database.url, port, { ...WITH_STREAMS, DATABASE_POOLER: pooler });
    running.push(started);
    await warmUp(started, sample, { seconds: bench.warmUpSeconds, postmaster });
    return started;
  };
  try {
    const followed = await begin(PORTS.followed);
    const idle = await idleCost(followed, { ...bench, api: rest }); // no other gateway is counted
    const path = { writer: await begin(PORTS.written), followed, api: rest, sample };
    await deliver(path, { ...PREPARED, postmaster });
    const single = await deliver(path, { ...bench.single(), followers: 1, postmaster });
    const many = await deliver(path, { ...steadily(bench.seconds), followers: bench.followers, postmaster });
    return { how, idle, single, many };
  } finally {
    for (const each of running) await each.stop();
  }
}
