import { z } from 'zod';
import { REDACTED } from './secret-text.ts';

/** References that lead from one to the next without a step into the value: a schema may refer to itself. */
const MAX_HOPS = 20;

/** Shorter values are not looked for in texts, where they would hide parts of other words. */
const LEAST_VALUE = 4;

type JsonSchema = {
  secret?: boolean;
  host_path?: boolean;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema | boolean;
  prefixItems?: JsonSchema[];
} & Partial<Record<'anyOf' | 'oneOf' | 'allOf', JsonSchema[]>>;

/** The marked fields of a schema, as they are found in a value of it. */
export type SecretFields = {
  /** A copy of the value with its secret fields replaced, and of its paths only their last names. */
  hide<T>(value: T): T;
  /** The texts and numbers in secret fields that are long enough to be looked for elsewhere. */
  valuesIn(value: unknown): string[];
};

/**
 * Marks a field of a schema as secret: no event, answer, error or log of Baton shows its value. The same as
 * `.meta({ secret: true })`. The value is passed on, and kept in Temporal's history, as data.
 */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), secret: true }) as Schema;
}

/**
 * Marks a field of a schema as the path of a file on the machine that works on it: events and answers over HTTP show its
 * last name only, also where it is a list of paths. The same as `.meta({ host_path: true })`. The value is passed on as it
 * is.
 */
export function hostPath<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), host_path: true }) as Schema;
}

function lastName(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lastName);
  return typeof value === 'string' ? (/[^/\\]+(?=[/\\]*$)/.exec(value)?.[0] ?? value) : value;
}

type Walk = { root: JsonSchema; found: (value: unknown) => unknown };

function walkInto(schema: JsonSchema | boolean | undefined, value: unknown, walk: Walk, hops = 0): unknown {
  if (typeof schema !== 'object' || value === null || value === undefined || hops > MAX_HOPS) return value;
  if (schema.secret === true) return walk.found(value);
  if (schema.host_path === true) return lastName(value);
  const { $ref, properties = {}, additionalProperties, items, prefixItems = [] } = schema;
  const referred = $ref === '#' ? walk.root : $ref && walk.root.$defs?.[$ref.slice($ref.lastIndexOf('/') + 1)];
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (referred) branches.push(referred);
  let seen: unknown = value;
  for (const branch of branches) seen = walkInto(branch, seen, walk, hops + 1);
  if (Array.isArray(seen)) return seen.map((item, index) => walkInto(prefixItems[index] ?? items, item, walk));
  if (typeof seen !== 'object' || seen === null) return seen;
  if (!schema.properties && !additionalProperties) return seen;
  const schemaOf = (key: string) => (Object.hasOwn(properties, key) ? properties[key] : additionalProperties);
  return Object.fromEntries(Object.entries(seen).map(([key, inner]) => [key, walkInto(schemaOf(key), inner, walk)]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The marked fields of a JSON Schema; undefined where it marks none. */
export function secretFieldsOf(schema: object): SecretFields | undefined {
  if (!/"(secret|host_path)":true/.test(JSON.stringify(schema))) return undefined;
  const root = schema as JsonSchema;
  return {
    hide: <T>(value: T) => walkInto(root, value, { root, found: () => REDACTED }) as T,
    valuesIn(value) {
      const texts: string[] = [];
      walkInto(root, value, { root, found: (inner) => texts.push(...textsIn(inner)) });
      return texts.filter((text) => text.length >= LEAST_VALUE);
    },
  };
}

const known = {
  input: new WeakMap<z.ZodType, SecretFields | null>(),
  output: new WeakMap<z.ZodType, SecretFields | null>(),
};

/** The marked fields of a schema, of what it takes (`input`) or gives (`output`); undefined where it marks none. */
export function secretFields(schema: z.ZodType, io: 'input' | 'output'): SecretFields | undefined {
  let fields = known[io].get(schema);
  if (fields === undefined) {
    fields = secretFieldsOf(z.toJSONSchema(schema, { unrepresentable: 'any', io })) ?? null;
    known[io].set(schema, fields);
  }
  return fields ?? undefined;
}
