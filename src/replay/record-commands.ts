// Runs inside the workflow sandbox, in the bundles of replay tests only.
import { inWorkflowContext, proxySinks, workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import type { Command, ReplaySinks } from './command.ts';

const { replay } = proxySinks<ReplaySinks>();

/** As JSON: objects of the sandbox are none of the classes outside it. */
function tell(command: Command): void {
  replay.command(JSON.stringify(command));
}

function endOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Tells what workflow code asks for while it is replayed: Temporal compares types and ids only, and keeps no arguments. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      execute(input, next) {
        const ended = next(input);
        // Looked at beside the run's own way: nothing may be one turn later than it was without this.
        ended.then(
          () => tell({ kind: 'end', how: 'completed' }),
          (error: unknown) => inWorkflowContext() && tell({ kind: 'end', how: endOf(error) }),
        );
        return ended;
      },
    },
  ],
  outbound: [
    {
      scheduleActivity(input, next) {
        const { activityType: name, args, options } = input;
        tell({ kind: 'activity', name, args, options });
        return next(input);
      },
      scheduleLocalActivity(input, next) {
        const { activityType: name, args, options } = input;
        tell({ kind: 'local', name, args, options });
        return next(input);
      },
      startTimer(input, next) {
        tell({ kind: 'timer', ms: input.durationMs });
        return next(input);
      },
      startChildWorkflowExecution(input, next) {
        tell({ kind: 'child', name: input.workflowType });
        return next(input);
      },
      continueAsNew(input, next) {
        tell({ kind: 'continue', name: workflowInfo().workflowType, args: input.args });
        return next(input);
      },
    },
  ],
});
