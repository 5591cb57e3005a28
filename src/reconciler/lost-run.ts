import type { BindingRecord } from '../notifier/temporal-binding.ts';
import type { RunIds } from '../notifier/run-ids.ts';
import type { Closed } from './closing-events.ts';
import type { RunRecord } from './run-record.ts';

/**
 * After this time a run of which nobody recorded a deadline is over, in milliseconds: it was started without a client of
 * ours, or began anew.
 */
const NO_DEADLINE_MS = 30 * 86_400_000;

type Silence = { answers: number; at: number };

/**
 * Counts for how often the log's own Temporal said that it does not have a run. One answer says little; so many, so far
 * apart, are taken for the truth. Kept in this process alone: another one begins to count anew.
 */
export function createSilences({ answers, everyMs }: { answers: number; everyMs: number }) {
  const silences = new Map<string, Silence>();
  return {
    /** Whether this is one answer too many. */
    count(workflowId: string): boolean {
      const now = performance.now();
      const before = silences.get(workflowId);
      if (before && now - before.at < everyMs) return false;
      const after = { answers: (before?.answers ?? 0) + 1, at: now };
      silences.set(workflowId, after);
      return after.answers >= answers;
    },
    /** Forgets the runs that are not open any more. */
    keepOnly(isOpen: (workflowId: string) => boolean): void {
      for (const workflowId of silences.keys()) if (!isOpen(workflowId)) silences.delete(workflowId);
    },
    heard: (workflowId: string) => void silences.delete(workflowId),
  };
}

export type Silences = ReturnType<typeof createSilences>;

/** Whether the time is over in which a run can be open, as its claim says. */
export async function isPastDeadline(runIds: Pick<RunIds, 'find'>, { ids, restartedAt, lastAt }: RunRecord) {
  const claim = await runIds.find(ids);
  const now = Date.now();
  const isOwn = claim !== undefined && ids.workflowId.startsWith(`${claim.workflow}/`);
  // A retry has as much time as the first start; its own deadline is recorded nowhere.
  if (isOwn && restartedAt === null) return now > Date.parse(claim.endsBy);
  return lastAt !== null && now > Date.parse(lastAt) + NO_DEADLINE_MS;
}

/**
 * Whether a run began before its log was rebound to another namespace: then its Temporal is gone, by an operator's word.
 */
export function isOfEarlier(record: BindingRecord | undefined, startedAt: string): boolean {
  if (!record) return false;
  const { current, earlier } = record;
  const all = [current, ...earlier];
  const last = all.findIndex(({ namespaceId }) => namespaceId !== current.namespaceId);
  return last > 0 && startedAt < (all[last - 1] as typeof current).at;
}

/**
 * The end of a run that Temporal no longer has. It goes by the id of the namespace instead of that of its last execution:
 * the latest one that the log has heard of may be `compensateRun`, and what is undone under this id is undone once, however
 * often it is asked for.
 */
export function lostRun({ folded }: RunRecord, message: string, record: BindingRecord | undefined): Closed {
  const executionTimeMs = folded ? Math.max(0, Date.now() - Date.parse(folded.started_at)) : 0;
  const temporalRun = record?.current.namespaceId ?? 'unknown';
  return { status: 'failed', reason: 'lost', message, temporalRun, executionTimeMs, byItself: false };
}
