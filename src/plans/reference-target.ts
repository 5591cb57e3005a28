import { nearestName } from '../contracts/nearest-names.ts';
import { parseReference, REFERENCE_ROOTS, segmentText, type Reference } from '../contracts/plan-reference.ts';
import { alternatives, fieldsOf, under, type JsonSchema } from './json-schema.ts';

/** What references may point to. */
export type Sources = {
  /** Of the plan's input; undefined where it is unknown and anything may be there. */
  input: JsonSchema | undefined;
  /** What a step (or a supplied result) gives; undefined if there is none of this id. */
  ofStep(id: string): JsonSchema | undefined;
  ids: string[];
};

export type Target = { schemas: JsonSchema[]; root: JsonSchema } | { problem: string; nearest?: string };

const FAILED: JsonSchema = {
  type: 'object',
  properties: { agent: { type: 'string' }, type: { type: 'string' }, message: { type: 'string' } },
  required: ['agent', 'type', 'message'],
  additionalProperties: false,
};

function suggest(name: string, known: string[] | undefined): { hint: string; nearest?: string } {
  if (!known) return { hint: '' };
  const nearest = nearestName(name, known);
  if (nearest) return { hint: `; did you mean ${JSON.stringify(nearest)}?`, nearest };
  return { hint: `; known: ${known.slice(0, 10).join(', ') || 'none'}` };
}

function follow(start: string, schema: JsonSchema, path: Reference['path']): Target {
  let schemas = alternatives(schema, schema);
  let walked = start;
  for (const segment of path) {
    const next = under(schemas, segment, schema);
    if (next.length === 0) {
      const fields = schemas.flatMap((one) => fieldsOf(one) ?? []);
      const { hint, nearest } = suggest(String(segment), fields.length ? fields : undefined);
      return { problem: `${walked} has no ${JSON.stringify(segment)}${hint}`, nearest };
    }
    schemas = next;
    walked += segmentText(segment);
  }
  return { schemas, root: schema };
}

function malformed(text: string): Target {
  const [, root = ''] = /^\$([^.[]*)/.exec(text) ?? [];
  const nearest = nearestName(root, REFERENCE_ROOTS);
  const hint = nearest && nearest !== root ? `; did you mean $${nearest}?` : '';
  const forms = '$input, $steps.<id> or $failed.<id>, then .field or [index]';
  return {
    problem: `${JSON.stringify(text)} is no reference${hint ? `${hint}` : '.'} A reference is ${forms}; $$ stands for a dollar`,
  };
}

/** What a reference points to, by the schemas of what it refers to; or why it can point to nothing. */
export function referenceTarget(text: string, sources: Sources): Target & { reference?: Reference } {
  const reference = parseReference(text);
  if (!reference) return malformed(text);
  const { root, step, path } = reference;
  if (root === 'input') return { reference, ...follow('$input', sources.input ?? {}, path) };
  if (step === undefined) return { reference, schemas: [{ type: 'object' }], root: {} };
  const schema = sources.ofStep(step);
  if (schema === undefined) {
    const { hint, nearest } = suggest(step, sources.ids);
    return { problem: `unknown step ${JSON.stringify(step)}${hint}`, nearest };
  }
  return { reference, ...follow(`$${root}.${step}`, root === 'failed' ? FAILED : schema, path) };
}
