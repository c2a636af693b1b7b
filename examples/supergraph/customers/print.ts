import { printSubgraphSchema } from '@apollo/subgraph';
import { schema } from './schema.ts';

process.stdout.write(`${printSubgraphSchema(schema).trim()}\n`);
