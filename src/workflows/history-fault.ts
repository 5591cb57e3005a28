// Runs inside the workflow sandbox.
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { HISTORY_RESERVE, RUN_BOUNDS } from '../contracts/run-bounds.ts';

/** What still has to go into the run's history when it ends now. */
type Open = {
  /** Agents at work. */
  agents: number;
  /** Registered undos, and the bytes of JSON that they hand to agents. */
  undos: number;
  undoBytes: number;
};

/**
 * Why a run has to end, where its history is so long that only what ends the run still fits in: the server terminates a run
 * whose history is longer than its bounds, and nothing would be undone.
 */
export function historyFault({ agents, undos, undoBytes }: Open): ApplicationFailure | undefined {
  const { historyLength, historySize } = workflowInfo();
  const { events, bytes, eventsPerAgent, eventsPerUndo, bytesPerAgent, bytesPerUndo } = HISTORY_RESERVE;
  const mostEvents = Math.min(RUN_BOUNDS.historyEvents, events - agents * eventsPerAgent - undos * eventsPerUndo);
  const neededBytes = agents * bytesPerAgent + undos * bytesPerUndo + undoBytes;
  const mostBytes = Math.min(RUN_BOUNDS.historyBytes, bytes - neededBytes);
  if (historyLength < mostEvents && historySize < mostBytes) return undefined;
  const needs = undos > 0 ? `, and needs room to undo ${undos} things` : '';
  const message =
    `the run is too large: its history has ${historyLength} events and ${historySize} bytes${needs}; ` +
    'split the work into several runs';
  return ApplicationFailure.nonRetryable(message, 'RunTooLarge');
}
