import type { Sample } from '../data.ts';
import { type System, systems } from '../systems.ts';

const [found] = systems;
if (!found) throw new Error('There is no gateway.');
export const gateway: System = found;

const headers = ({ account }: Sample) => ({ 'x-account': account });

/** The gateway, and peers on the same tables. */
export const memberSystems: System[] = [
  gateway,
  { name: 'Fastify + pg', faces: ['rest'], command: ['node', 'systems/fastify-members.ts'], headers },
  { name: 'Mercurius + JIT', faces: ['graphql'], command: ['node', 'systems/mercurius-members.ts'], headers },
];
