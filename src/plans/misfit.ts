import { alternatives, under, type JsonSchema } from './json-schema.ts';

const MAX_DEPTH = 12;

type Side = { schemas: JsonSchema[]; root: JsonSchema };

const typeOf = (schema: JsonSchema) => (typeof schema === 'boolean' ? undefined : (schema.type as string | undefined));

/** The types of some schemas in words. */
export function typesText(schemas: JsonSchema[]): string {
  return [...new Set(schemas.map((schema) => typeOf(schema) ?? 'anything'))].join(' or ') || 'nothing';
}

function mayBe(given: string | undefined, taken: string | undefined): boolean {
  if (given === undefined || taken === undefined || given === taken) return true;
  // A number may happen to be whole, so only the run can tell.
  return [given, taken].every((type) => type === 'number' || type === 'integer');
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The required fields of a schema, which may be one of thousands of fields that is asked for over and over. */
function requiredOf({ required = [] }: { required?: string[] }): ReadonlySet<string> {
  const known = sets.get(required) ?? new Set(required);
  sets.set(required, known);
  return known;
}

function fieldMisfit(given: JsonSchema, taken: JsonSchema, roots: [JsonSchema, JsonSchema], depth: number) {
  if (typeof given === 'boolean' || typeof taken === 'boolean') return undefined;
  const always = requiredOf(given);
  const wants = requiredOf(taken);
  for (const [field, schema] of Object.entries((taken.properties ?? {}) as Record<string, JsonSchema>)) {
    const needed = wants.has(field);
    if (!needed && !always.has(field)) continue;
    const found = under([given], field, roots[0]);
    if (found.length === 0 && !needed) continue;
    if (found.length === 0) return `has no field ${JSON.stringify(field)}, which is required`;
    const wanted = { schemas: alternatives(schema, roots[1]), root: roots[1] };
    const problem = misfit({ schemas: found, root: roots[0] }, wanted, depth + 1);
    if (problem) return `field ${JSON.stringify(field)} ${problem}`;
  }
  return undefined;
}

/**
 * Why no value of the one kind can ever be one of the other; undefined if some can. Only what is certain is said:
 * whether a string matches a pattern shows in the run.
 */
export function misfit(given: Side, taken: Side, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  let problem: string | undefined;
  for (const one of given.schemas) {
    for (const other of taken.schemas) {
      if (!mayBe(typeOf(one), typeOf(other))) continue;
      const objects = typeOf(one) === 'object' && typeOf(other) === 'object';
      const found = objects ? fieldMisfit(one, other, [given.root, taken.root], depth) : undefined;
      if (!found) return undefined;
      problem = found;
    }
  }
  return problem ?? `gives ${typesText(given.schemas)}, but ${typesText(taken.schemas)} is taken`;
}
