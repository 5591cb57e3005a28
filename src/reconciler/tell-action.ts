import type { EventLog } from '../notifier/event-log.ts';
import { reconcilerEvent } from './reconciler-event.ts';
import { readRunRecord, type RunIds } from './run-record.ts';

type Action = {
  run: Pick<RunIds, 'workflowId' | 'userId' | 'runId'>;
  temporalRun: string;
  /** The same again is the same action, whoever tells it. */
  key: string;
  by: string;
  action: string;
  reason?: string;
  /** The agent it was about, where it was not the run. */
  agent?: string;
};

/** Tells a run's user what an operator did to it, once. */
export async function tellAction(
  log: Pick<EventLog, 'append' | 'read'>,
  { run, temporalRun, key, ...payload }: Action,
): Promise<void> {
  const { ids, generation } = await readRunRecord(log, run);
  await log.append([reconcilerEvent({ ids, temporalRun, key, type: 'operator_action', payload, generation })]);
}
