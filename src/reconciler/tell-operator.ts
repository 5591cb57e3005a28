import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import type { NewEvent } from '../contracts/event.ts';
import type { EventLog } from '../notifier/event-log.ts';
import type { Closed } from './closing-events.ts';
import { isTold, reconcilerEvent } from './reconciler-event.ts';
import type { RunRecord } from './run-record.ts';
import { whoCancelled } from './who-closed.ts';

type World = { client: WorkflowClient; log: EventLog };
type Action = { key: string; by: string; action: string; reason?: string; agent?: string };

const PAUSED = 4;
const PAUSE_REQUESTED = 5;

function actionEvent({ ids, generation }: RunRecord, temporalRun: string, { key, ...payload }: Action): NewEvent {
  return reconcilerEvent({ ids, temporalRun, key, type: 'operator_action', payload, generation });
}

/** That a run was terminated, by whom and why. Our own command tells it at once; another tool does not. */
export async function tellTerminated({ log }: World, record: RunRecord, { temporalRun, terminated }: Closed) {
  if (!terminated || isTold(record, { temporalRun, key: 'terminate' })) return;
  await log.append([actionEvent(record, temporalRun, { key: 'terminate', action: 'terminate', ...terminated })]);
}

/** What operators did to an open run with Temporal's own tools: asked it to stop, paused one of its activities. */
export async function tellOperator(
  { client, log }: World,
  record: RunRecord,
  described: WorkflowExecutionDescription,
): Promise<void> {
  const { raw, runId: temporalRun } = described;
  const actions: Action[] = [];
  if (raw.workflowExtendedInfo?.cancelRequested && !isTold(record, { temporalRun, key: 'cancel' })) {
    const asked = await whoCancelled(client, described);
    // A user who stops an own run is no operator.
    if (asked && asked.by !== record.ids.userId) actions.push({ key: 'cancel', action: 'cancel', ...asked });
  }
  for (const { activityType, activityId, state, pauseInfo } of raw.pendingActivities ?? []) {
    if (state !== PAUSED && state !== PAUSE_REQUESTED) continue;
    const key = `pause_activity:${activityId}:${pauseInfo?.pauseTime?.seconds?.toString() ?? ''}`;
    if (isTold(record, { temporalRun, key })) continue;
    const by = pauseInfo?.manual?.identity || 'an operator';
    const reason = pauseInfo?.manual?.reason || undefined;
    actions.push({ key, action: 'pause_activity', agent: activityType?.name ?? '?', by, ...(reason && { reason }) });
  }
  if (actions.length > 0) await log.append(actions.map((each) => actionEvent(record, temporalRun, each)));
}
