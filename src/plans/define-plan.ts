import { z } from 'zod';
import type { AnyAgent } from '../agents/define-agent.ts';
import { limitsOf } from '../agents/limits-of.ts';
import { notJson } from '../contracts/json-faults.ts';
import { functionFault, objectFault } from '../contracts/kind-fault.ts';
import { checkGiven, ifGiven } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import { parseReference, referencesIn } from '../contracts/plan-reference.ts';
import type { ConditionOp, Plan, PlanStep, RegisteredPlan, Strategy } from '../contracts/plan.ts';
import { schemaFault } from '../contracts/schema-fault.ts';
import { checkPlan } from './check-plan.ts';
import type { JsonSchema } from './json-schema.ts';
import { faultList } from './plan-fault.ts';
import { createRef, refText, toTemplate, type AnyRef, type Ref, type Referable } from './references.ts';

type PlanOptions<Input extends z.ZodType> = {
  name: string;
  description?: string;
  input: Input;
  /** Of steps that do not say. @default 'sequential' */
  strategy?: Strategy;
  /** Steps that may run at once. @default 20 */
  maxParallel?: number;
  /** Limit of the whole plan in milliseconds. @default the run's */
  timeoutMs?: number;
  metadata?: Record<string, unknown>;
};

export type StepOptions = {
  /** Steps to wait for, besides those the input refers to. */
  needs?: readonly AnyRef[];
  /** @default the plan's */
  strategy?: Strategy;
  /** If it does not hold, the step is skipped. */
  when?: { ref: AnyRef; op: ConditionOp; value?: unknown };
  /** Limit of one attempt in milliseconds. @default the agent's */
  timeoutMs?: number;
  /** @default the agent's */
  retry?: { maxAttempts?: number; initialIntervalMs?: number; backoff?: number; maxIntervalMs?: number };
  /** The plan goes on when this step fails. @default false */
  continueOnError?: boolean;
  /** Agent that undoes this step when the run fails or is cancelled. */
  compensate?: { agent: AnyAgent; input?: unknown };
  /** Run only if one of these steps failed. */
  fallbackFor?: readonly AnyRef[];
  metadata?: Record<string, unknown>;
};

export type PlanBuilder<Input> = {
  input: Ref<Input>;
  /** Adds a step. What it returns stands for the agent's result; steps that use it wait for it. */
  step<Agent extends AnyAgent>(
    id: string,
    agent: Agent,
    input: Referable<z.input<Agent['input']>>,
    options?: StepOptions,
  ): Ref<z.output<Agent['output']>>;
};

const PLAN_OPTIONS: OptionNames<PlanOptions<z.ZodType>> = {
  name: true,
  description: true,
  input: true,
  strategy: true,
  maxParallel: true,
  timeoutMs: true,
  metadata: true,
};
const STEP_OPTIONS: OptionNames<StepOptions> = {
  needs: true,
  strategy: true,
  when: true,
  timeoutMs: true,
  retry: true,
  continueOnError: true,
  compensate: true,
  fallbackFor: true,
  metadata: true,
};
const RETRY_OPTIONS: OptionNames<StepOptions['retry'] & object> = {
  maxAttempts: true,
  initialIntervalMs: true,
  backoff: true,
  maxIntervalMs: true,
};
const UNDO_OPTIONS: OptionNames<StepOptions['compensate'] & object> = { agent: true, input: true };

function stepOf(ref: AnyRef): string {
  const step = parseReference(refText(ref) ?? '')?.step;
  if (step === undefined) throw new TypeError('needs and fallbackFor take what p.step returned');
  return step;
}

function toStep(id: string, agent: AnyAgent, input: unknown, options: StepOptions): PlanStep {
  const { strategy, timeoutMs, retry, continueOnError, metadata, fallbackFor } = options;
  // Beforehand: what has no end cannot be walked, and a date would be an empty object in the template.
  const given = {
    input,
    when: options.when,
    compensate: { input: options.compensate?.input },
    metadata,
    timeoutMs,
    retry,
  };
  const faults = notJson(given, [], { stands: (value) => refText(value) !== undefined });
  if (faults) throw new TypeError(`step ${id} is not JSON: ${faults}`);
  const template = toTemplate(input);
  const when = options.when && { ...options.when, ref: refText(options.when.ref) ?? '' };
  const used = referencesIn([template, when?.ref]).map(({ text }) => parseReference(text)?.step);
  const needs = [...new Set([...used.filter((step) => step !== undefined), ...(options.needs ?? []).map(stepOf)])];
  const { compensate } = options;
  const undoInput = compensate?.input === undefined ? {} : { input: toTemplate(compensate.input) };
  const step: PlanStep = {
    id,
    agent: agent.name,
    input: template,
    needs: needs.length ? needs : undefined,
    strategy,
    when,
    timeout_ms: timeoutMs,
    retry: retry && {
      max_attempts: retry.maxAttempts,
      initial_interval_ms: retry.initialIntervalMs,
      backoff: retry.backoff,
      max_interval_ms: retry.maxIntervalMs,
    },
    continue_on_error: continueOnError,
    compensate: compensate && { agent: compensate.agent.name, ...undoInput },
    fallback_for: fallbackFor?.map(stepOf),
    metadata,
  };
  // Plain JSON: what is not said must not stand in histories as undefined.
  return JSON.parse(JSON.stringify(step)) as PlanStep;
}

/** What the checker needs to know of an agent. */
function described(agent: AnyAgent) {
  const schema = (of: z.ZodType, io: 'input' | 'output') => z.toJSONSchema(of, { unrepresentable: 'any', io });
  return { limits: limitsOf(agent), input: schema(agent.input, 'input'), output: schema(agent.output, 'output') };
}

/**
 * Defines a plan by adding steps. References are typed by the agents' schemas, so that a result that does not fit the
 * next step does not compile.
 *
 * @throws TypeError listing everything that is wrong with the plan
 */
export function definePlan<Input extends z.ZodType>(
  definition: PlanOptions<Input>,
  build: (p: PlanBuilder<z.output<Input>>) => void,
): RegisteredPlan<Input> {
  checkGiven('', { 'the definition of a plan': objectFault(definition) });
  const { name, description, input, strategy, maxParallel, timeoutMs, metadata } = definition;
  checkGiven(`plan ${name}: `, {
    'its definition': optionsFault(definition, PLAN_OPTIONS),
    input: schemaFault(input),
    'what adds its steps': functionFault(build),
  });
  const steps: PlanStep[] = [];
  const agents = new Map<string, AnyAgent>();
  const built: unknown = build({
    input: createRef('$input'),
    step(id, agent, given, options = {}) {
      checkGiven(`plan ${name}: step ${id}: `, {
        agent: objectFault(agent),
        'its options': optionsFault(options, STEP_OPTIONS),
        retry: ifGiven(options?.retry, (retry) => optionsFault(retry, RETRY_OPTIONS)),
        compensate: ifGiven(options?.compensate, (undo) => optionsFault(undo, UNDO_OPTIONS)),
        'compensate.agent': ifGiven(options?.compensate, (undo) => objectFault(undo?.agent)),
      });
      agents.set(agent.name, agent);
      if (options.compensate) agents.set(options.compensate.agent.name, options.compensate.agent);
      steps.push(toStep(id, agent, given, options));
      return createRef(`$steps.${id}`);
    },
  });
  if (built instanceof Promise)
    throw new TypeError(`plan ${name}: its function must not be async: steps would come too late`);
  const options = { strategy, max_parallel: maxParallel, timeout_ms: timeoutMs, metadata };
  const unsayable = notJson(options, []);
  if (unsayable) throw new TypeError(`plan ${name} is not JSON: ${unsayable}`);
  const plan = { name, ...(JSON.parse(JSON.stringify(options)) as Partial<Plan>), steps };
  const known = Object.fromEntries([...agents].map(([agentName, agent]) => [agentName, described(agent)]));
  const inputSchema = z.toJSONSchema(input, { unrepresentable: 'any', io: 'output' }) as JsonSchema;
  const faults = checkPlan({ plan, agents: known, inputSchema });
  if (faults.length > 0) throw new TypeError(`plan ${name}:\n${faultList(faults)}`);
  return { name, description, input, plan };
}
