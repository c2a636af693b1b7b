import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeTypeDefs } from '@graphql-tools/merge';
import { print } from 'graphql';

const fileOf = (...path: string[]) => readFileSync(join(import.meta.dirname, ...path), 'utf8');

export const overlay = fileOf('authorization.graphql');

/** Returns the schema of the gateway with the directives of authorization.graphql. */
export const withAuthorization = (sdl: string): string => `${print(mergeTypeDefs([sdl, overlay]))}\n`;

if (import.meta.main) process.stdout.write(withAuthorization(fileOf('..', '..', 'schema.graphql')));
