// Runs inside the workflow sandbox.
import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { RunStatus } from '../contracts/names.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { runStatus } from '../contracts/run-status.ts';
import { createApprovals } from './approvals.ts';
import { createCurrentDetails } from './current-details.ts';
import { STATUS } from './finish-run.ts';
import { DESCRIPTIONS, stateQuery } from './messages.ts';
import { createPauseGate } from './pause-gate.ts';
import type { RunEvents } from './run-events.ts';

type Options = {
  start: RunStart<unknown>;
  /** Agents that the run means to call, as far as it knows. */
  planned: readonly string[];
  events: RunEvents;
  /** Of agents that have ended, in earlier parts of the run as well. */
  outcomes: AgentOutcome[];
  /** Called after each change by a message. */
  onChanged: () => void;
};

/**
 * How a run stands, and the messages that change it: pauses, questions and their answers, what is being undone, its end.
 * The same is shown in its feed, in the list of runs, in Temporal UI and to the query `state`.
 */
export function createRunStanding({ start, planned, events, outcomes, onChanged }: Options) {
  const { context, generation = 0, carried } = start;
  let ended: RunStatus | undefined;
  let undoing: number | undefined;
  let opened = false;
  let changedEarly = false;
  const shared = { events, changed, isOver: () => ended !== undefined };
  const gate = createPauseGate({ ...shared, pausedBy: carried?.paused_by ?? null });
  const decided = carried?.decided ?? [];
  const approvals = createApprovals({ ...shared, generation, userId: context.user_id, decided });
  const details = createCurrentDetails({ runId: context.run_id, planned, before: outcomes, now });

  function now() {
    return { status: statusNow(), pausedBy: gate.pausedBy(), approvals: approvals.pending(), undoing };
  }

  function statusNow(): RunStatus {
    const asking = approvals.pending().length;
    return runStatus({ ended: ended ?? null, pausedBy: gate.pausedBy(), asking, begun: true });
  }

  /** Nothing else may carry these events for hours, so they are published at once. */
  function changed() {
    // Registering a handler runs it for messages that came before, while the frame is only half made.
    if (!opened) changedEarly = true;
    if (!opened || ended) return;
    details.update();
    upsertSearchAttributes([{ key: STATUS, value: statusNow() }]);
    void events.publish();
    onChanged();
  }

  return {
    gate,
    approvals,
    details,
    isOver: shared.isOver,
    /** To be called once the frame of the run is made; `active` gives the names of agents that are at work. */
    open(active: () => string[]): void {
      const state = () => ({
        status: statusNow(),
        active: active(),
        paused_by: ended ? null : gate.pausedBy(),
        approvals: approvals.pending(),
        agents: outcomes,
      });
      setHandler(stateQuery, state, { description: DESCRIPTIONS.state });
      details.update();
      opened = true;
      if (changedEarly) changed();
    },
    /** `left`: how many things are left to undo; undefined once nothing is being undone. */
    showUndoing(left: number | undefined): void {
      undoing = left;
      details.update();
    },
    end(status: RunStatus): void {
      ended = status;
      details.update();
    },
  };
}
