import type { Strategy } from '../contracts/plan.ts';

/** A step as far as it can be read: one fault must not hide the others. */
export type LooseStep = {
  id: string;
  agent: string | undefined;
  needs: string[];
  fallback_for: string[];
  strategy: Strategy | undefined;
  input: unknown;
  timeout_ms: number | undefined;
  when: { ref: unknown } | undefined;
  compensate: { agent: string | undefined; input: unknown } | undefined;
};

function record(value: unknown): Record<string, unknown> | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown) => (Array.isArray(value) ? value.map((item) => text(item) ?? '') : []);

function looseStep(raw: unknown, index: number): LooseStep {
  const step = record(raw) ?? {};
  const when = record(step.when);
  const compensate = record(step.compensate);
  return {
    id: text(step.id) ?? `#${index}`,
    agent: text(step.agent),
    needs: texts(step.needs),
    fallback_for: texts(step.fallback_for),
    strategy: step.strategy === 'parallel' || step.strategy === 'sequential' ? step.strategy : undefined,
    input: step.input,
    timeout_ms: typeof step.timeout_ms === 'number' ? step.timeout_ms : undefined,
    when: when && { ref: when.ref },
    compensate: compensate && { agent: text(compensate.agent), input: compensate.input },
  };
}

/** Reads a plan that may be wrong anywhere. */
export function loosePlan(raw: unknown): { strategy: Strategy; steps: LooseStep[] } {
  const plan = record(raw) ?? {};
  const steps = Array.isArray(plan.steps) ? plan.steps.map(looseStep) : [];
  return { strategy: plan.strategy === 'parallel' ? 'parallel' : 'sequential', steps };
}
