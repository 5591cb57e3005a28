// Runs inside the workflow sandbox.
import { workflowInfo } from '@temporalio/workflow';
import type { CompensateRun } from '../contracts/compensate-run.ts';
import type { NewEvent } from '../contracts/event.ts';
import type { Compensated } from '../contracts/run.ts';
import { checkOwner } from './check-owner.ts';
import { runCompensations } from './compensations.ts';
import { engineVersion } from './engine-version.ts';
import { publishEvents } from './publish-events.ts';
import { createRunEvents } from './run-events.ts';
import { undoEffects } from './undo-effects.ts';

/**
 * Undoes what a run did that was closed from outside and could not do it itself, then tells that run's end: its log
 * takes nothing after it. What is told belongs to that run's feed.
 */
export async function compensateRun({
  context,
  workflow_id: workflowId,
  generation,
  incarnation,
  undos,
  end,
}: CompensateRun): Promise<Compensated[]> {
  checkOwner(workflowInfo().workflowId, context);
  const version = engineVersion();
  const events = createRunEvents(context, generation, { workflowId, engine: version });
  const undone = await runCompensations(undos, {
    events,
    perform: (undo) => undoEffects(undo, { events, generation, version, incarnation, workflowId }),
  });
  const last = { ...end, at: new Date().toISOString() } as NewEvent;
  if (events.engine === 1) {
    await publishEvents([last]);
  } else {
    events.add(last);
    await events.end();
  }
  return undone;
}
