import { Worker, type ReplayWorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { WORKFLOW_FAILURES } from '../contracts/names.ts';
import { guardWorkflowThreads } from '../runtime/guard-workflow-threads.ts';
import type { Command, ReplaySinks } from './command.ts';
import { explainDivergence, type Divergence } from './explain-divergence.ts';
import { startOf, type HistoryJson } from './history-json.ts';

/** A history and what it is called in messages, such as its file. */
export type NamedHistory = { name: string; history: HistoryJson };

export type ReplayedHistory = NamedHistory & {
  /** Why the code as it is could not have made this history; undefined if it could. */
  divergence?: Divergence;
  /** What the code asked for, as far as it came; empty unless the bundle was made by `bundleForReplay`. */
  commands: Command[];
};

/**
 * Replays histories on a bundle of workflows, without a server. All are replayed, whatever becomes of one. Their payloads
 * must be in them (`inlinePayloads`).
 */
export async function replayHistories({
  workflowBundle,
  histories,
}: {
  workflowBundle: WorkflowBundleOption;
  histories: readonly NamedHistory[];
}): Promise<ReplayedHistory[]> {
  let commands: Command[] = [];
  const sinks: Required<ReplayWorkerOptions>['sinks'] = {
    replay: {
      command: {
        callDuringReplay: true,
        fn: (_info, ...[json]: Parameters<ReplaySinks['replay']['command']>) => void commands.push(JSON.parse(json)),
      },
    },
  };
  guardWorkflowThreads();
  const options = { workflowBundle, sinks, workflowFailureErrorTypes: { '*': [...WORKFLOW_FAILURES] } };
  const replayed: ReplayedHistory[] = [];

  function add(error: Error | undefined) {
    const { name, history } = histories[replayed.length] as NamedHistory;
    const divergence = error && explainDivergence({ history, commands, message: error.message });
    replayed.push({ name, history, commands, ...(divergence && { divergence }) });
    commands = [];
  }

  while (replayed.length < histories.length) {
    const left = histories.slice(replayed.length).map(({ history }) => {
      // The run's own id: whose run it is stands in it, and the workflow checks that.
      return { workflowId: startOf(history).workflowId, history };
    });
    try {
      for await (const { error } of Worker.runReplayHistories(options, left)) add(error);
    } catch (error) {
      // A history that ended the worker itself; the others get a new one.
      add(error as Error);
    }
  }
  return replayed;
}
