import SchemaBuilder from '@pothos/core';
import DirectivePlugin from '@pothos/plugin-directives';
import ErrorsPlugin from '@pothos/plugin-errors';
import FederationPlugin from '@pothos/plugin-federation';
import { DirectiveLocation, GraphQLDirective } from 'graphql';
import { deprecatedProduct, products, research, user } from './products-data.ts';

type Product = (typeof products)[number];
type Research = (typeof research)[number];
type Deprecated = typeof deprecatedProduct;

/** The products subgraph of Apollo's compatibility suite, built with the same builder and plugins as the segments. */
const builder = new SchemaBuilder<{ DefaultFieldNullability: true }>({
  plugins: [ErrorsPlugin, DirectivePlugin, FederationPlugin],
});

const Variation = builder.objectRef<{ id: string }>('ProductVariation').implement({
  fields: (t) => ({ id: t.exposeID('id', { nullable: false }) }),
});

const CaseStudy = builder.objectRef<Research['study']>('CaseStudy').implement({
  fields: (t) => ({
    caseNumber: t.exposeID('caseNumber', { nullable: false }),
    description: t.exposeString('description'),
  }),
});

const ProductResearch = builder.objectRef<Research>('ProductResearch').implement({
  fields: (t) => ({
    study: t.field({ type: CaseStudy, nullable: false, resolve: ({ study }) => study }),
    outcome: t.string({ resolve: () => null }),
  }),
});
builder.asEntity(ProductResearch, {
  key: builder.selection<{ study: { caseNumber: string } }>('study { caseNumber }'),
  resolveReference: ({ study }) => research.find((each) => each.study.caseNumber === study.caseNumber),
});

const Dimension = builder.objectRef<Product['dimensions']>('ProductDimension').implement({
  directives: { shareable: true },
  fields: (t) => ({
    size: t.exposeString('size'),
    weight: t.exposeFloat('weight'),
    unit: t.exposeString('unit', { directives: { inaccessible: true } }),
  }),
});

const User = builder
  .externalRef('User', builder.selection<{ email: string }>('email'), ({ email }) =>
    email === user.email ? { ...user } : null,
  )
  .implement({
    externalFields: (t) => ({
      totalProductsCreated: t.int(),
      yearsOfEmployment: t.int({ nullable: false }),
    }),
    fields: (t) => ({
      email: t.exposeID('email', { nullable: false }),
      name: t.string({ directives: { override: { from: 'users' } }, resolve: () => user.name }),
      averageProductsCreatedPerYear: t.int({
        requires: builder.selection<{ totalProductsCreated?: number; yearsOfEmployment: number }>(
          'totalProductsCreated yearsOfEmployment',
        ),
        resolve: ({ totalProductsCreated, yearsOfEmployment }) =>
          totalProductsCreated === undefined ? null : Math.round(totalProductsCreated / yearsOfEmployment),
      }),
    }),
  });

const DeprecatedProduct = builder.objectRef<Deprecated>('DeprecatedProduct').implement({
  fields: (t) => ({
    sku: t.exposeString('sku', { nullable: false }),
    package: t.exposeString('package', { nullable: false }),
    reason: t.exposeString('reason'),
    createdBy: t.field({ type: User, resolve: () => user }),
  }),
});
const deprecatedBy = (key: { sku: string; package: string }) =>
  key.sku === deprecatedProduct.sku && key.package === deprecatedProduct.package ? deprecatedProduct : null;
builder.asEntity(DeprecatedProduct, {
  key: builder.selection<{ sku: string; package: string }>('sku package'),
  resolveReference: deprecatedBy,
});

const ProductType = builder.objectRef<Product>('Product').implement({
  directives: { custom: true },
  fields: (t) => ({
    id: t.exposeID('id', { nullable: false }),
    sku: t.exposeString('sku'),
    package: t.exposeString('package'),
    variation: t.field({ type: Variation, resolve: ({ variation }) => variation }),
    dimensions: t.field({ type: Dimension, resolve: ({ dimensions }) => dimensions }),
    createdBy: t.field({
      type: User.provides<{ totalProductsCreated: number }>('totalProductsCreated'),
      resolve: () => user,
    }),
    notes: t.string({ directives: { tag: { name: 'internal' } }, resolve: () => null }),
    research: t.field({
      type: [ProductResearch],
      nullable: { list: false, items: false },
      resolve: (product) => [product.research],
    }),
  }),
});
builder.asEntity(ProductType, {
  key: [
    builder.selection<{ id: string }>('id'),
    builder.selection<{ sku: string; package: string }>('sku package'),
    builder.selection<{ sku: string; variation: { id: string } }>('sku variation { id }'),
  ],
  resolveReference: (key) =>
    products.find((product) => {
      if ('id' in key) return product.id === key.id;
      if (product.sku !== key.sku) return false;
      return 'package' in key ? product.package === key.package : product.variation.id === key.variation.id;
    }),
});

const Inventory = builder.objectRef<{ id: string }>('Inventory').implement({
  fields: (t) => ({
    id: t.exposeID('id', { nullable: false }),
    deprecatedProducts: t.field({
      type: [DeprecatedProduct],
      nullable: { list: false, items: false },
      resolve: () => [deprecatedProduct],
    }),
  }),
});
builder.asEntity(Inventory, {
  key: builder.selection<{ id: string }>('id'),
  interfaceObject: true,
  resolveReference: ({ id }) => ({ id }),
});

builder.queryType({
  fields: (t) => ({
    product: t.field({
      type: ProductType,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }) => products.find((product) => product.id === id),
    }),
    deprecatedProduct: t.field({
      type: DeprecatedProduct,
      deprecationReason: 'Use product query instead',
      args: { sku: t.arg.string({ required: true }), package: t.arg.string({ required: true }) },
      resolve: (_, key) => deprecatedBy(key),
    }),
  }),
});

export const schema = builder.toSubGraphSchema({
  linkUrl: 'https://specs.apollo.dev/federation/v2.3',
  federationDirectives: [
    '@composeDirective',
    '@extends',
    '@external',
    '@inaccessible',
    '@interfaceObject',
    '@key',
    '@override',
    '@provides',
    '@requires',
    '@shareable',
    '@tag',
  ],
  composeDirectives: ['@custom'],
  schemaDirectives: { link: { url: 'https://myspecs.dev/myCustomDirective/v1.0', import: ['@custom'] } },
  directives: [new GraphQLDirective({ name: 'custom', locations: [DirectiveLocation.OBJECT] })],
});
