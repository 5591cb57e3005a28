// Runs inside the workflow sandbox.
import { isCancellation, workflowInfo } from '@temporalio/workflow';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { DEFAULT_MAX_PARALLEL } from '../contracts/names.ts';
import { planPredecessors } from '../contracts/plan-graph.ts';
import type { PlanRun } from '../contracts/plan-run.ts';
import type { PlanResult, PlanStep, StepResult } from '../contracts/plan.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { openRun } from './open-run.ts';
import { createPlanBoard } from './plan-board.ts';
import { prepareStep } from './prepare-step.ts';
import { resolveTemplate } from './resolve-template.ts';
import { createScheduleBudget } from './schedule-budget.ts';
import { scheduleSteps } from './schedule-steps.ts';

/** A history of this many events or bytes is continued as a new one: replaying it would take longer and longer. */
const HISTORY_EVENTS = 4_000;
const HISTORY_BYTES = 4_000_000;

function limitsOf({ timeout_ms, retry = {} }: PlanStep): Partial<AgentLimits> {
  const { on: retry_on, ...numbers } = retry;
  const limits = { timeout_ms, retry_on, ...numbers };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

/**
 * Runs a plan that was checked. Steps run as their order and `max_parallel` allow; a step that fails ends the plan, or
 * not, as the plan says. Continues as new where the history grows long; steps that ended are taken along.
 */
export async function runPlan(start: RunStart<PlanRun>): Promise<RunOutcome<PlanResult>> {
  const { plan, input, history_events = HISTORY_EVENTS } = start.input;
  const { steps, strategy = 'sequential', max_parallel = DEFAULT_MAX_PARALLEL } = plan;
  const run = openRun(start, [...new Set(steps.map(({ agent }) => agent))]);
  const board = createPlanBoard(start.input);
  const budget = createScheduleBudget();
  const idle = { attempts: 0, started_at: null, execution_time_ms: 0 };

  function continueIsDue() {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    return historyLength >= history_events || historySize >= HISTORY_BYTES || continueAsNewSuggested;
  }

  function tellSkipped({ id, agent }: PlanStep, reason: string) {
    run.events.emit('step_skipped', { reason, step: id, agent }, { step: id, of: steps.length });
  }

  function skip(step: PlanStep, reason: string) {
    const { id, agent } = step;
    tellSkipped(step, reason);
    board.settle({ id, agent, status: 'skipped', ...idle, reason });
  }

  /**
   * Registers a step's undo before the step runs, so that it is undone also if nobody hears how it ended. What the step
   * gave is added as soon as it is known; until then it is null.
   */
  function registerUndo({ id, agent, compensate }: PlanStep, given: unknown) {
    if (!compensate) return undefined;
    const inputFor = (result: unknown): unknown => {
      if (compensate.input === undefined) return { input: given, result: result ?? null };
      const own: StepResult = { id, agent, status: 'completed', ...idle, result: result ?? null };
      const withOwn = { ...board, of: (step: string) => (step === id ? own : board.of(step)) };
      return resolveTemplate(compensate.input, input, withOwn).value;
    };
    const entry = { agent: compensate.agent, input: inputFor(null), step: id, of: id };
    run.compensate(entry);
    return (result: unknown) => {
      entry.input = inputFor(result);
    };
  }

  /** One that no worker was given yet is left to be skipped, as its feed has nothing of it. */
  function settleStopped(begun: Pick<StepResult, 'id' | 'agent' | 'started_at'>, execution_time_ms: number) {
    const stop = run.version === 1 ? { attempts: 1 } : run.stopOf(begun.id);
    // It may have failed by itself, before it heard that it was to stop.
    if (stop) board.settle({ ...begun, ...stop, status: stop.error ? 'failed' : 'cancelled', execution_time_ms });
  }

  async function perform(step: PlanStep, given: unknown): Promise<StepResult> {
    const { id, agent } = step;
    const wait = run.version === 1 ? budget(given) : undefined;
    if (wait) await wait;
    const startedAt = Date.now();
    const begun = { id, agent, started_at: new Date(startedAt).toISOString() };
    const undo = registerUndo(step, given);
    try {
      const options = { agentRun: id, step: id, of: steps.length, limits: limitsOf(step) };
      const { success, attempts, execution_time_ms, result, error } = await run.agent(agent, given, options);
      const ended = { ...begun, attempts, execution_time_ms };
      undo?.(result);
      return success ? { ...ended, status: 'completed', result } : { ...ended, status: 'failed', error };
    } catch (thrown) {
      if (isCancellation(thrown)) settleStopped(begun, Date.now() - startedAt);
      throw thrown;
    }
  }

  async function runStep(index: number) {
    const step = steps[index] as PlanStep;
    const isSequential = (step.strategy ?? strategy) === 'sequential';
    const prepared = prepareStep(step, { input, isSequential, board });
    if ('skip' in prepared) return skip(step, prepared.skip);
    const { id, agent } = step;
    if ('fail' in prepared) {
      // No agent runs that could tell of it.
      tellSkipped(step, prepared.fail.message);
      return board.settle({ id, agent, status: 'failed', ...idle, error: prepared.fail });
    }
    board.settle(await perform(step, prepared.input));
  }

  async function body() {
    const isSettled = (index: number) => board.isSettled((steps[index] as PlanStep).id);
    try {
      const before = planPredecessors(steps, strategy);
      await scheduleSteps({ before, isSettled, maxParallel: max_parallel, runStep, holds: continueIsDue });
    } catch (thrown) {
      for (const step of steps) if (!board.isSettled(step.id)) skip(step, 'the run was stopped');
      throw thrown;
    }
    if (steps.every(({ id }) => board.isSettled(id))) return board.end();
    return run.continueWith({ ...start.input, settled: board.settled() });
  }

  return run.finish<PlanResult>(body, { amend: (end, undone) => ({ ...end, result: board.result(undone) }) });
}
