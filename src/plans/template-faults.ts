import { z } from 'zod';
import { looksLikeReference, referencesIn, unescapeLiteral } from '../contracts/plan-reference.ts';
import { alternatives, under, type JsonSchema } from './json-schema.ts';
import { misfit } from './misfit.ts';
import type { JsonPath } from '../contracts/json-faults.ts';
import { fault, MAX_PLAN_FAULTS, type PlanFault } from './plan-fault.ts';
import { referenceTarget, type Sources } from './reference-target.ts';

type Options = {
  template: unknown;
  /** Where the template stands in the plan. */
  at: JsonPath;
  sources: Sources;
  /** Why this step may not refer to that one; undefined if it may. */
  forbidden: (step: string) => string | undefined;
  /** The agent that gets the template's value, and what it takes. */
  taker?: { agent: string; schema: JsonSchema };
};

/** Stands for a value that only the run will know. */
const UNKNOWN = 'a reference';

function literals(template: unknown): unknown {
  if (looksLikeReference(template)) return UNKNOWN;
  if (typeof template === 'string') return unescapeLiteral(template);
  if (Array.isArray(template)) return template.map(literals);
  if (template === null || typeof template !== 'object') return template;
  return Object.fromEntries(Object.entries(template).map(([key, inner]) => [key, literals(inner)]));
}

const schemas = new WeakMap<object, z.ZodType>();

/** The check that a JSON Schema stands for; anything passes where zod cannot read it. */
function validator(schema: JsonSchema): z.ZodType {
  if (typeof schema === 'boolean') return z.unknown();
  let known = schemas.get(schema);
  if (!known) {
    try {
      known = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    } catch {
      known = z.unknown();
    }
    schemas.set(schema, known);
  }
  return known;
}

/** Tells paths on, above and below references apart, in time that grows with the path and not with their number. */
function createPaths(references: JsonPath[]) {
  const keyOf = (path: JsonPath) => JSON.stringify(path);
  const beginnings = (path: JsonPath) => Array.from({ length: path.length + 1 }, (_, n) => keyOf(path.slice(0, n)));
  const at = new Set(references.map(keyOf));
  const above = new Set(references.flatMap(beginnings));
  return {
    isWithin: (path: JsonPath) => beginnings(path).some((one) => at.has(one)),
    isAbove: (path: JsonPath) => above.has(keyOf(path)),
  };
}

function literalFaults({ template, at, taker }: Options, references: JsonPath[]): PlanFault[] {
  if (!taker) return [];
  const issues = validator(taker.schema).safeParse(literals(template)).error?.issues ?? [];
  const paths = createPaths(issues.length > 0 ? references : []);
  const faults: PlanFault[] = [];
  for (const issue of issues) {
    const path = issue.path as JsonPath;
    if (faults.length >= MAX_PLAN_FAULTS) break;
    // What hangs on a value that is not known yet shows in the run.
    if (paths.isWithin(path)) continue;
    if (issue.code === 'invalid_union' && paths.isAbove(path)) continue;
    faults.push(fault([...at, ...path], `agent ${taker.agent} refuses it: ${issue.message.slice(0, 500)}`));
  }
  return faults;
}

/** What is wrong with a template of literals and references, and with what an agent would get from it. */
export function templateFaults(options: Options): PlanFault[] {
  const { template, at, sources, forbidden, taker } = options;
  const references = referencesIn(template);
  const faults: PlanFault[] = [];
  const faultsOf = ({ text, at: inner }: (typeof references)[number]): PlanFault[] => {
    const path = [...at, ...inner];
    const found = referenceTarget(text, sources);
    if ('problem' in found) return [{ ...fault(path, found.problem), nearest: found.nearest }];
    const step = found.reference?.step;
    const problem = step === undefined ? undefined : forbidden(step);
    if (problem) return [fault(path, problem)];
    if (!taker) return [];
    const root = taker.schema;
    const taken = inner.reduce((at, segment) => under(at, segment, root), alternatives(root, root));
    // A field that the agent does not have is told once, by the check of the literals.
    const why = taken.length === 0 ? undefined : misfit(found, { schemas: taken, root });
    return why ? [fault(path, `${text} cannot fit agent ${taker.agent}: it ${why}`)] : [];
  };
  for (const reference of references) {
    if (faults.length >= MAX_PLAN_FAULTS) break;
    faults.push(...faultsOf(reference));
  }
  return [
    ...faults,
    ...literalFaults(
      options,
      references.map(({ at: inner }) => inner),
    ),
  ];
}
