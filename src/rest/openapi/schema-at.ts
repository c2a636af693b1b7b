import { z } from 'zod';

/** A JSON Schema, or another part of the document. */
export type Json = Record<string, unknown>;

/**
 * Returns the schema at a place of a resolver's input, such as `filter.name.eq`, and whether it can be omitted. Throws a TypeError if
 * there is none.
 */
export function schemaAt(input: z.ZodType, place: string): { schema: z.ZodType; isOptional: boolean } {
  let schema: z.ZodType = input;
  for (const name of place.split('.')) {
    const object = unwrapped(schema);
    const next = object instanceof z.ZodObject ? object.shape[name] : undefined;
    if (!(next instanceof z.ZodType)) throw new TypeError(`The input has no ${place}.`);
    schema = next;
  }
  return { schema: unwrapped(schema), isOptional: schema.safeParse(undefined).success };
}

/** A schema without what makes it optional or nullable, and what its values are converted to. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    const inner = schema.unwrap();
    return inner instanceof z.ZodType ? unwrapped(inner) : schema;
  }
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodType) return unwrapped(schema.in);
  return schema;
}

/** Returns what a schema accepts as a JSON Schema. */
export function jsonSchemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, CONVERSION);
  return json;
}

/** How schemas are converted. The range of whole numbers in JavaScript is not worth telling. */
export const CONVERSION = {
  io: 'input',
  unrepresentable: 'any',
  override: ({ jsonSchema }) => {
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
} as const satisfies z.core.ToJSONSchemaParams;
