import type { AppManifest } from '../agents/define-app.ts';
import { LOCAL_TIMEOUT_MS, MAX_INPUT_BYTES, MAX_PLAN_STEPS } from '../contracts/names.ts';
import { isEndless, jsonFaults } from '../contracts/json-faults.ts';
import { defaultInput } from '../contracts/plan-reference.ts';
import { graphFaults } from './graph-faults.ts';
import { schemaOfValue, type JsonSchema } from './json-schema.ts';
import { loosePlan, type LooseStep } from './loose-step.ts';
import { fault, MAX_PLAN_FAULTS, unknownName, type PlanFault } from './plan-fault.ts';
import type { Sources } from './reference-target.ts';
import { shapeFaults } from './shape-faults.ts';
import { templateFaults } from './template-faults.ts';

type Options = {
  plan: unknown;
  agents: AppManifest['agents'];
  /** Input of the plan, where it is known. */
  input?: unknown;
  /** Schema of the input, where the plan was registered with one. */
  inputSchema?: JsonSchema;
  /** Results supplied at start, by step id. */
  results?: unknown;
};

function sizeFaults({ plan, input, results }: Options): PlanFault[] {
  const bytes = new TextEncoder().encode(JSON.stringify([plan, input, results]) ?? '').length;
  if (bytes <= MAX_INPUT_BYTES) return [];
  const message = `plan, input and results take ${bytes} bytes of JSON, over the limit of ${MAX_INPUT_BYTES}`;
  return [fault([], `${message}; pass large data by reference`)];
}

function stepFaults(
  { id, agent, input, needs, timeout_ms = 0, when, compensate }: LooseStep,
  index: number,
  { agents, sources, isBefore }: { agents: Options['agents']; sources: Sources; isBefore: (step: string) => boolean },
): PlanFault[] {
  const path = ['steps', index];
  const known = Object.keys(agents);
  const forbidden = (step: string) =>
    isBefore(step) ? undefined : `step ${JSON.stringify(step)} need not have ended before this one: add it to needs`;
  const faults: PlanFault[] = [];

  function takerOf(name: string | undefined, at: (string | number)[]) {
    if (name === undefined) return undefined;
    if (Object.hasOwn(agents, name)) return { agent: name, schema: agents[name]?.input as JsonSchema };
    faults.push(unknownName(at, 'agent', name, known));
    return undefined;
  }

  const taker = takerOf(agent, [...path, 'agent']);
  if (taker && agents[taker.agent]?.limits.local && timeout_ms > LOCAL_TIMEOUT_MS) {
    const message = `agent ${taker.agent} is local: ${LOCAL_TIMEOUT_MS} ms at most`;
    faults.push(fault([...path, 'timeout_ms'], message));
  }
  const template = input === undefined ? defaultInput({ needs }) : input;
  // Faults of an input that is not written down are told at what makes it.
  const at = input === undefined ? [...path, 'needs'] : [...path, 'input'];
  const own = templateFaults({ template, at, sources, forbidden, taker });
  faults.push(...(input === undefined ? own.map((one) => ({ ...one, path: `steps[${index}]` })) : own));
  if (typeof when?.ref === 'string') {
    const ref = when.ref.startsWith('$') ? when.ref : `$${when.ref}`;
    if (ref !== when.ref) faults.push(fault([...path, 'when', 'ref'], `must be a reference, such as ${ref}`));
    else faults.push(...templateFaults({ template: ref, at: [...path, 'when', 'ref'], sources, forbidden }));
  }
  if (compensate) {
    const undo = takerOf(compensate.agent, [...path, 'compensate', 'agent']);
    const mine = (step: string) => (step === id ? undefined : forbidden(step));
    const rest = { at: [...path, 'compensate', 'input'], sources, forbidden: mine, taker: undo };
    if (compensate.input !== undefined) faults.push(...templateFaults({ template: compensate.input, ...rest }));
  }
  return faults;
}

/**
 * Everything that is wrong with a plan, at once: its form, its graph, its references and literals against the agents'
 * schemas, its size, and values that are not JSON. An empty list means that it may run. Past 50 faults it looks no further,
 * and the last one says so.
 */
export function checkPlan(options: Options): PlanFault[] {
  const faults = allFaults(options);
  if (faults.length <= MAX_PLAN_FAULTS) return faults;
  const more = faults.length - MAX_PLAN_FAULTS;
  return [...faults.slice(0, MAX_PLAN_FAULTS), fault([], `and at least ${more} more faults`)];
}

function allFaults(options: Options): PlanFault[] {
  const { plan, agents, input, inputSchema, results } = options;
  const notJson = [...jsonFaults(plan, []), ...jsonFaults(input, ['input']), ...jsonFaults(results, ['results'])];
  // The checks below walk what JSON can hold; they would not come back from a cycle.
  if (notJson.some(isEndless)) return notJson;
  const tooLarge = sizeFaults(options);
  if (tooLarge.length > 0) return [...notJson, ...tooLarge];
  const { strategy, steps } = loosePlan(plan);
  if (steps.length > MAX_CHECKED_STEPS) {
    return [...notJson, fault(['steps'], `has ${steps.length} steps; at most ${MAX_PLAN_STEPS} are taken`)];
  }
  const shape = shapeFaults(plan);
  if (shape.length >= MAX_PLAN_FAULTS) return [...notJson, ...shape];

  const supplied = new Map(Object.entries((results ?? {}) as Record<string, unknown>));
  const graph = graphFaults(steps, strategy, new Set(supplied.keys()));
  const indexOf = new Map(steps.map(({ id }, index) => [id, index]));
  const suppliedSchemas = new Map<string, JsonSchema>();
  const sources: Sources = {
    input: input === undefined ? inputSchema : schemaOfValue(input),
    ids: [...indexOf.keys(), ...supplied.keys()],
    ofStep(id) {
      if (supplied.has(id)) {
        // Each reference asks, and the result may be large.
        const schema = suppliedSchemas.get(id) ?? schemaOfValue(supplied.get(id));
        suppliedSchemas.set(id, schema);
        return schema;
      }
      const index = indexOf.get(id);
      if (index === undefined) return undefined;
      const { agent } = steps[index] as LooseStep;
      return agent !== undefined && Object.hasOwn(agents, agent) ? (agents[agent]?.output as JsonSchema) : {};
    },
  };
  const perStep: PlanFault[] = [];
  for (const [index, step] of steps.entries()) {
    if (perStep.length >= MAX_PLAN_FAULTS) break;
    const ancestors = graph.ancestors[index];
    // In or behind a circle nothing is before anything; the circle is told already.
    const isBefore = (id: string) => !ancestors || supplied.has(id) || ancestors.has(indexOf.get(id) ?? -1);
    perStep.push(...stepFaults(step, index, { agents, sources, isBefore }));
  }
  return [...notJson, ...shape, ...graph.faults, ...perStep];
}

/** Beyond this the number of steps is the fault to correct first. */
const MAX_CHECKED_STEPS = 2_000;
