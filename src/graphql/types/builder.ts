import SchemaBuilder from '@pothos/core';
import DirectivePlugin from '@pothos/plugin-directives';
import ErrorsPlugin from '@pothos/plugin-errors';
import FederationPlugin from '@pothos/plugin-federation';
import type { Context } from '../../context.ts';
import { InvalidInput } from '../../errors/invalid-input.ts';
import type { Moment } from '../../values/moment.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  Scalars: { ID: { Input: string; Output: string }; DateTime: { Input: Moment; Output: Date } };
  DefaultFieldNullability: false;
}>({
  plugins: [ErrorsPlugin, DirectivePlugin, FederationPlugin],
  defaultFieldNullability: false,
  errors: {
    defaultTypes: [InvalidInput],
    defaultUnionOptions: { name: ({ fieldName }) => `${capitalized(fieldName)}Result` },
    defaultResultOptions: { name: ({ fieldName }) => `${capitalized(fieldName)}Payload` },
  },
});

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

builder.queryType({
  description:
    'Reads. A field requires a token with the scope `segments:read`, unless its description names another one. A response can have up to 8 MiB.',
});
builder.mutationType({
  description:
    'Writes. A field requires a token with the scope `segments:write`, unless its description names another one. Expected failures are returned as data: select `... on SegmentError { message }`. A field is null only if `errors` explains why.',
});
