import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLSchema,
  isExecutableDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { printedSchema, schema } from '../../src/graphql/schema.ts';

const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/*/*.md']);

/** The text of a page without its code blocks, which may contain what looks like a link or a heading. */
const textOf = (page: string) => readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');

/** The targets of a page's links within this repository. */
const linksOf = (page: string): string[] =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

/** The anchors that GitHub generates for the headings of a page. */
const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(PAGES)('%s', (page) => {
  it('has no broken links', () => {
    const broken = linksOf(page).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

it('docs/README.md lists every page of docs', () => {
  const listed = linksOf('docs/README.md').map((link) => join('docs', link));
  expect(globSync('docs/**/*.md').filter((page) => !listed.includes(page))).toEqual(['docs/README.md']);
});

/** The GraphQL documents that a page shows. */
const documentsIn = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```graphql\n([\s\S]*?)\n```$/gm)].map(([, text = '']) => text);

/** The schema of a supergraph with a subgraph that a page shows. */
function supergraphWith(subgraph: DocumentNode): GraphQLSchema {
  const { publicSdl, errors } = composeServices([
    { name: 'segments', typeDefs: parse(printedSchema) },
    { name: 'other', typeDefs: subgraph },
  ]);
  expect(errors ?? []).toEqual([]);
  return buildSchema(publicSdl ?? '');
}

it('every GraphQL document in README.md and docs is valid', () => {
  const documents = ['README.md', ...globSync('docs/**/*.md')]
    .flatMap(documentsIn)
    .map((text) => parse(text));
  const isSchema = ({ definitions }: DocumentNode) => !definitions.some(isExecutableDefinitionNode);
  // The schema that is served, because schema.graphql, which is for routers, has no `node`.
  const schemas = [schema, ...documents.filter(isSchema).map(supergraphWith)];
  const operations = documents.filter((document) => !isSchema(document));
  expect(operations).not.toEqual([]);
  for (const document of operations) {
    const errors = schemas.map((each) => validate(each, document));
    expect(errors.some(({ length }) => length === 0) ? [] : errors[0]).toEqual([]);
  }
});

it('README.md names the version in package.json', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(readFileSync('README.md', 'utf8')).toContain(`version ${version}.`);
});
