import type { AgentCall } from '../contracts/agent-call.ts';
import type { NewEvent } from '../contracts/event.ts';
import type { Plan } from '../contracts/plan.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { HistoryJson } from './history-json.ts';
import { mapHistory } from './map-history.ts';

export type HistoryNames = {
  /** Names that the developer gave: agents, steps, questions. Replay goes by them. */
  names: Set<string>;
  /** What says who it was for, whatever it looks like. */
  persons: Set<string>;
  workflowIds: Set<string>;
};

type Named = Partial<Record<'agent' | 'agent_run' | 'step' | 'parent' | 'undo' | 'of' | 'approval_id', unknown>>;

const NAMED: (keyof Named)[] = ['agent', 'agent_run', 'step', 'parent', 'undo', 'of', 'approval_id'];

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* textsOf(inner);
}

/** Collects from a history which of its texts are names, and which say who its user is. */
export function historyNames(history: HistoryJson): HistoryNames {
  const names = new Set<string>();
  const persons = new Set<string>();
  const workflowIds = new Set<string>();
  const name = (value: unknown) => void (typeof value === 'string' && names.add(value));
  const named = (value: Named | undefined) => NAMED.forEach((key) => name(value?.[key]));

  function inEvents(events: readonly Partial<NewEvent>[] = []) {
    for (const { workflow_id, payload, ...event } of events) {
      if (workflow_id) workflowIds.add(workflow_id);
      const { agents = [], workflow, asked_by, ...rest } = (payload ?? {}) as Record<string, unknown>;
      named(event as Named);
      named(rest);
      for (const each of [workflow, asked_by, ...(Array.isArray(agents) ? agents : [])]) name(each);
    }
  }

  function inPlan({ name: plan, steps = [] }: Partial<Plan>) {
    name(plan);
    for (const { id, agent, needs = [], fallback_for = [], compensate, when } of steps) {
      for (const each of [id, agent, compensate?.agent, when?.op, ...needs, ...fallback_for]) name(each);
    }
  }

  function inStart({ limits = {}, reused = {}, carried, input }: Partial<RunStart<{ plan?: Partial<Plan> }>>) {
    for (const each of [...Object.keys(limits), ...Object.keys(reused)]) name(each);
    if (typeof input?.plan === 'object') inPlan(input.plan);
    for (const each of [...(carried?.outcomes ?? []), ...(carried?.undos ?? []), ...(carried?.decided ?? [])]) {
      named(each as Named);
    }
    Object.keys(carried?.occurrences ?? {}).forEach(name);
    inEvents(carried?.events);
  }

  mapHistory(history, {
    text(text, path) {
      if (path.at(-1) === 'workflowId') workflowIds.add(text);
      if (path.at(-1) === 'signalName' || (path.at(-1) === 'name' && path.at(-2) !== 'taskQueue')) name(text);
      return text;
    },
    value(value) {
      if (value === null || typeof value !== 'object') return value;
      const { context, ...rest } = value as Partial<RunStart<never> & AgentCall> & Named & { workflow_id?: unknown };
      for (const text of textsOf(context)) persons.add(text);
      if (typeof rest.workflow_id === 'string') workflowIds.add(rest.workflow_id);
      // An agent's call or return, a decision; other values with such fields are their user's.
      if (context ?? rest.agent_run ?? rest.approval_id) named(rest);
      if (context) inStart(rest);
      inEvents((rest as { events?: NewEvent[]; undelivered?: NewEvent[] }).events);
      inEvents((rest as { undelivered?: NewEvent[] }).undelivered);
      return value;
    },
  });
  return { names, persons, workflowIds };
}
