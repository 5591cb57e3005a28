/** A JSON Schema, as far as it is read here. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

const REF_LIMIT = 20;
const ANY: JsonSchema = {};

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || (value !== null && typeof value === 'object' && !Array.isArray(value));
}

function target(ref: string, root: JsonSchema): JsonSchema {
  const found = ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root);
  return ref.startsWith('#') && isSchema(found) ? found : ANY;
}

/** The plain schemas of which a value must match one: references followed, unions opened. */
export function alternatives(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] {
  if (typeof schema === 'boolean' || depth > REF_LIMIT) return schema === false ? [] : [ANY];
  if (typeof schema.$ref === 'string') return alternatives(target(schema.$ref, root), root, depth + 1);
  // What an intersection accepts is not worked out: nothing is refused for it.
  if (schema.allOf || schema.not || schema.if) return [ANY];
  const union = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(union)) return union.filter(isSchema).flatMap((one) => alternatives(one, root, depth + 1));
  if (!Array.isArray(schema.type)) return [schema];
  return schema.type.map((type) => ({ ...schema, type }) as JsonSchema);
}

/** The field names that a schema's values may have, where it lists them all; else undefined. */
export function fieldsOf(schema: JsonSchema): string[] | undefined {
  if (typeof schema === 'boolean' || schema.type !== 'object') return undefined;
  return Object.keys((schema.properties ?? {}) as object);
}

function inside(schema: JsonSchema, segment: string | number): JsonSchema {
  if (typeof schema === 'boolean' || schema.type === undefined) return ANY;
  if (schema.type === 'array') {
    if (!/^\d+$/.test(String(segment))) return false;
    const first = (schema.prefixItems as JsonSchema[] | undefined)?.[Number(segment)];
    return first ?? (isSchema(schema.items) ? schema.items : ANY);
  }
  if (schema.type !== 'object') return false;
  const properties = schema.properties as Record<string, JsonSchema> | undefined;
  if (properties && Object.hasOwn(properties, segment)) return properties[segment] as JsonSchema;
  if (schema.patternProperties) return ANY;
  return isSchema(schema.additionalProperties) ? schema.additionalProperties : ANY;
}

/** What may stand under one field or index of a value; empty if nothing can. */
export function under(schemas: JsonSchema[], segment: string | number, root: JsonSchema): JsonSchema[] {
  return schemas.flatMap((schema) => alternatives(inside(schema, segment), root));
}

/** The schema of a value that is known: each part allows just what is there. */
export function schemaOfValue(value: unknown): JsonSchema {
  if (value === null) return { type: 'null' };
  if (Array.isArray(value)) return { type: 'array', prefixItems: value.map(schemaOfValue), items: false };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' };
  if (typeof value !== 'object') return { type: typeof value };
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const properties = Object.fromEntries(entries.map(([key, inner]) => [key, schemaOfValue(inner)]));
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
