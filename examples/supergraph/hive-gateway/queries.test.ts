import { after, before, describe } from 'node:test';
import { type CountedSupergraph, startCountedSupergraph } from '../counted-supergraph.ts';
import { testCustomers } from '../customer-tests.ts';
import { startHiveGateway } from './router.ts';

let graph: CountedSupergraph;

before(async () => {
  graph = await startCountedSupergraph((supergraphSdl, folder) =>
    startHiveGateway({ supergraphSdl, config: 'sse', folder, port: 0 }),
  );
});
after(() => graph?.[Symbol.asyncDispose]());

describe('Hive Gateway', () => testCustomers(() => graph));
