import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
export const BUILD = join(HERE, 'build');

interface Tool {
  name: string;
  /** The commands that write the file, one after the other. */
  commands: string[][];
  /** The folder in which they run; this one by default. */
  folder?: string;
  /** The file that PERSISTED_OPERATIONS takes. */
  file: string;
}

/** Common tools for building clients. */
export const TOOLS: Tool[] = [
  {
    name: "graphql-codegen's client preset",
    commands: [['graphql-codegen', '--config', 'codegen.ts']],
    file: 'codegen/persisted-documents.json',
  },
  {
    name: 'gql.tada',
    commands: [
      ['gql.tada', 'generate-output'],
      ['gql.tada', 'generate-persisted'],
    ],
    folder: 'gql-tada',
    file: 'gql-tada.json',
  },
  {
    name: 'relay-compiler',
    commands: [['relay-compiler', 'relay.config.json']],
    file: 'relay.json',
  },
  {
    name: "Apollo's generate-persisted-query-manifest",
    commands: [['generate-persisted-query-manifest', '--config', 'persisted-query-manifest.config.json']],
    file: 'apollo.json',
  },
];

/** Creates the folder that the tools write to, with the schema that they read. */
export function prepare(sdl: string): void {
  mkdirSync(join(BUILD, 'relay'), { recursive: true });
  writeFileSync(join(BUILD, 'schema.graphql'), sdl);
  writeFileSync(join(BUILD, 'relay.json'), '{}'); // relay-compiler adds to an existing file
}

/** Runs a tool. Returns the path of the file that it wrote. Throws with its output if it fails. */
export function run({ commands, folder = '.', file }: Tool): string {
  for (const [program = '', ...args] of commands) {
    const path = join(HERE, 'node_modules', '.bin', program);
    execFileSync(path, args, { cwd: join(HERE, folder), stdio: 'pipe' });
  }
  return join(BUILD, file);
}
