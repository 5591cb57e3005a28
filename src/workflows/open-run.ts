// Runs inside the workflow sandbox.
import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import type { AnyAgent } from '../agents/define-agent.ts';
import { UNDO_PREFIX } from '../contracts/names.ts';
import type { Question } from '../contracts/run-messages.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import { RUN_BOUNDS } from '../contracts/run-bounds.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { Undo } from '../contracts/undo.ts';
import { createAgentCalls } from './agent-calls.ts';
import type { AgentOptions } from './call-limits.ts';
import { checkContract } from './check-contract.ts';
import { checkOwner } from './check-owner.ts';
import { createShield } from './create-shield.ts';
import { engineVersion } from './engine-version.ts';
import { finishRun, type FinishOptions } from './finish-run.ts';
import { historyFault } from './history-fault.ts';
import { createOwnCode } from './own-code.ts';
import { boundQuestions } from './questions.ts';
import { createQueueWatch } from './queue-watch.ts';
import type { RunEnd } from './run-end.ts';
import { createRunEvents } from './run-events.ts';
import { createRunStanding } from './run-standing.ts';
import { createTaskBudget } from './schedule-budget.ts';
import { createTurns } from './turns.ts';
import { createUndos } from './undos.ts';

type Agents = Record<string, AnyAgent>;

/**
 * The frame of every run: its events, agents, messages, compensations, deadline, state and end. `body` holds the
 * orchestration and returns how the run ended; whatever it throws ends the run as failed, cancelled or timed out, and
 * is told. Agents may run side by side. Must be opened before the first `await`, so that no message comes too early.
 */
export function openRun<OwnAgents extends Agents, Input = unknown>(
  start: RunStart<Input>,
  planned: readonly (keyof OwnAgents & string)[],
) {
  const { context, generation = 0, carried } = start;
  const { workflowId, workflowType, startTime } = workflowInfo();
  checkContract(workflowId, start);
  checkOwner(workflowId, context);
  const version = engineVersion();
  const startedAt = carried?.started_at ?? startTime.getTime();
  const shield = createShield();
  const events = createRunEvents(context, generation, { shield, engine: version });
  const queueWatch = createQueueWatch(events, shield);
  const outcomes: AgentOutcome[] = carried?.outcomes ?? [];
  const entries: Undo[] = carried?.undos ?? [];
  const limiting = { shield, budget: createTaskBudget({ mostCalls: RUN_BOUNDS.callsPerTask }) };
  let cancelledAt: number | undefined;

  // Before the handlers: a message that came with the start must not be told before the run itself.
  tellStart();
  // Messages fill a history as well as agents do.
  const onChanged = () => void (version > 1 && findHistoryFault());
  const standing = createRunStanding({ start, planned, events, outcomes, onChanged });
  const { gate, approvals, details } = standing;
  const questionTurns = createTurns({ ...limiting, most: RUN_BOUNDS.questionsAtOnce });
  const ask = boundQuestions({ version, ask: approvals.ask, turns: questionTurns });
  const calls = createAgentCalls({
    start,
    events,
    details,
    queueWatch,
    undos: entries,
    cancelledAt: () => cancelledAt,
    ask,
    version,
    checkRoom,
    ...limiting,
  });
  const undos = createUndos({
    entries,
    version,
    start,
    events,
    calls,
    turns: createTurns({ ...limiting, most: RUN_BOUNDS.undosAtOnce }),
    onUndoing: standing.showUndoing,
  });
  const code = createOwnCode({
    version,
    shield,
    deadline: startedAt + start.timeout_ms,
    atWork: () => calls.active.size,
    isUndoing: undos.isUndoing,
    onAgentsLeft: stopAgents,
  });
  standing.open(() => [...calls.active.keys()]);

  /** Ends the run where its history has no room for more; gives why. */
  function findHistoryFault() {
    const { registered, bytes } = undos;
    const fault = historyFault({ agents: calls.active.size, undos: registered(), undoBytes: bytes() });
    if (fault) code.end(fault);
    return fault;
  }

  function checkRoom() {
    const fault = findHistoryFault();
    if (fault) throw fault;
  }

  /**
   * Runs an agent and returns its outcome; a failing agent is an outcome. While the run is paused it does not start.
   *
   * @throws CancelledFailure when the run is cancelled or out of time, after the agent has stopped
   */
  function agent<Name extends keyof OwnAgents & string>(
    name: Name,
    input: z.input<OwnAgents[Name]['input']>,
    options: AgentOptions = {},
  ) {
    // Not async: each layer of promises costs a step two stack traces.
    const outcome = calls.call({ agent: name, input, options, held: gate.held }, outcomes);
    return outcome as Promise<AgentOutcome<z.output<OwnAgents[Name]['output']>>>;
  }

  function tellStart() {
    if (carried) events.putBack(carried.events);
    else if (generation > 0) events.emit('run_restarted', { by: start.by ?? context.user_id, action: 'retry' });
    else events.emit('run_started', { workflow: workflowType, agents: [...planned] });
  }

  function onStopRequested() {
    code.stop();
    stopAgents();
  }

  function stopAgents() {
    if (version > 1 && (standing.isOver() || cancelledAt !== undefined)) return;
    cancelledAt = Date.now();
    for (const { begun, ...about } of calls.active.values()) {
      // What undoes something is not stopped.
      const isStopped = version === 1 || !about.agent_run.startsWith(UNDO_PREFIX);
      if (begun && isStopped) events.emit('agent_cancelling', { stage: 'requested' }, about);
    }
    if (calls.active.size > 0) void events.publish();
  }

  /** Runs the orchestration to its end; a run that failed, was cancelled or is out of time is undone. */
  function finish<Result>(body: () => Promise<RunEnd<Result>>, options: FinishOptions<Result> = {}) {
    return finishRun({
      ...options,
      start,
      startedAt,
      shield,
      events,
      queueWatch,
      outcomes,
      body: () => code.run(body),
      undos,
      onStopRequested,
      onEnd: standing.end,
      cancelledAt: () => cancelledAt,
    });
  }

  /**
   * Goes on as a new part of the same run with an empty history. No agent may be running; what the frame knows is taken
   * along, what the orchestration knows must be in `input`.
   */
  async function continueWith(input: Input): Promise<never> {
    queueWatch.stop();
    await events.publish();
    return continueAsNew<(next: RunStart<Input>) => Promise<unknown>>({
      ...start,
      input,
      carried: {
        started_at: startedAt,
        outcomes,
        occurrences: calls.occurrences(),
        events: events.rest(),
        undos: entries,
        decided: approvals.decided(),
        paused_by: gate.pausedBy(),
      },
    });
  }

  return {
    agent,
    /** Asks the run's user; see `Question`. */
    ask: (question: Question) => ask(question),
    stopOf: calls.stopOf,
    /** Registers a compensation; to be done before the call that it undoes. */
    compensate: undos.register,
    undo: undos.undo,
    registered: undos.registered,
    finish,
    continueWith,
    /** What the code of a run gets to wait for. */
    hand: code.hand,
    events,
    context,
    version,
  };
}
