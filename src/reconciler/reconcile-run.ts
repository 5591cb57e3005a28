import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import type { NewEvent } from '../contracts/event.ts';
import { generationOf } from '../contracts/generation-of.ts';
import { RUN_TIMEOUT_MS } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import type { EventLog } from '../notifier/event-log.ts';
import type { RunIds } from '../notifier/run-ids.ts';
import type { BindingRecord } from '../notifier/temporal-binding.ts';
import type { IsAttended } from './attendance.ts';
import { closedRun } from './closed-run.ts';
import { closingEvents, missingBeginning, type Closed } from './closing-events.ts';
import { compensateClosed, underWay, type Compensation } from './compensate-closed.ts';
import { describeWorkflow } from './describe-workflow.ts';
import { isOfEarlier, isPastDeadline, lostRun, type Silences } from './lost-run.ts';
import { lastWords, type LastWords } from './last-words.ts';
import { reconcilerEvent } from './reconciler-event.ts';
import { readRunRecord, type RunRecord } from './run-record.ts';
import { tellOperator, tellTerminated } from './tell-operator.ts';
import { tellStall, tellUnknown } from './tell-stall.ts';
import { startOfRun } from './start-of-run.ts';
import type { Standing } from './temporal-identity.ts';
import type { Candidate } from './unheard-runs.ts';

/** A run publishes its last events before it closes; another process may still be writing them for this long, in ms. */
const LAST_WORDS_MS = 500;

type Described = WorkflowExecutionDescription;

export type World = {
  client: WorkflowClient;
  log: EventLog;
  effects: EffectLedger;
  runIds: Pick<RunIds, 'find' | 'claim'>;
  isAttended: IsAttended;
  silences: Silences;
  /** Whether some outbox may still hold events of a run that was closed then, in milliseconds since 1970. */
  isHeldBack: (closedAt: number) => Promise<boolean>;
  binding: BindingRecord | undefined;
  /** Limits of the app's agents, for a run whose own cannot be read. */
  limits?: RunStart['limits'];
  /** Where a workflow is started that undoes what a lost run did. */
  taskQueue: string;
  /** What the Temporal that answers at this moment is to the log: no run is ended by another one's word. */
  standing: () => Promise<Standing>;
};

/** Whether a run has ended in the feed, and whether that is because Temporal lost it. */
export type Reconciled = { ended: boolean; isLost?: boolean };

const REBOUND = 'Temporal no longer has this run: an operator bound its log to another Temporal.';
const SILENT =
  'Temporal no longer has this run, and its deadline has passed: how it ended is not known, and nothing was undone.';

type End = Pick<Compensation, 'taskQueue' | 'start'> & {
  closed: Closed;
  compensates: boolean;
  /** The run's end as it is to be published. @default what follows from how it was closed */
  ownEnd?: NewEvent;
};

async function vouch({ standing }: World): Promise<void> {
  if ((await standing()) !== 'foreign') return;
  const message = 'another Temporal answers than the one that the log belongs to: nothing is decided beside it';
  throw new BatonError('InvalidInput', message, { code: 'foreign_temporal' });
}

/** Ends a run in the feed, after what it left behind was undone. Returns whether it has ended. */
async function end(world: World, record: RunRecord, { closed, compensates, ownEnd, ...how }: End): Promise<boolean> {
  const { client, log, effects, limits: appLimits } = world;
  const { temporalRun } = closed;
  const { workflowId } = record.ids;
  const own = { client, vouch: () => vouch(world) };
  const begun = compensates ? await underWay(own, { workflowId, temporalRun }) : undefined;
  const { agentEnds, undoEnds, end: last } = closingEvents(record, closed);
  await log.append(agentEnds);
  // While it is undone from outside, what is under way is not what the run could not end.
  if (!begun) await log.append(undoEnds);
  const undoing = compensates
    ? await compensateClosed({ ...own, effects, record, temporalRun, end: last, appLimits, ...how })
    : undefined;
  if (undoing) await tellStall(world, record, undoing);
  else await log.append([ownEnd ?? last], { outcome: closed.outcome });
  return undoing === undefined;
}

async function tellReset({ client, log }: World, record: RunRecord, described: Described) {
  const { ids, temporalRuns } = record;
  const { runId: temporalRun } = described;
  // Only a run of several parts can have been reset; asking about the others would cost a call each.
  if (!temporalRuns.some((each) => each !== temporalRun)) return;
  if (!(await startOfRun(client, described)).isReset) return;
  const payload = { by: 'operator', action: 'reset' };
  const common = { ids, temporalRun, generation: record.generation };
  await log.append([reconcilerEvent({ ...common, key: 'restarted', type: 'run_restarted', payload })]);
}

/** Ends a run in the words that its own code had for it, in which its agents' ends may be as well. */
async function endInOwnWords(world: World, heard: RunRecord, closed: Closed, { events, outcome }: LastWords) {
  const { log, taskQueue } = world;
  const ownEnd = events.at(-1);
  const hasBeginning = events.some(({ type }) => type === 'run_started');
  await log.append([...(hasBeginning ? [] : missingBeginning(heard, closed)), ...events.slice(0, -1)]);
  if (closed.terminated) await tellTerminated(world, heard, closed);
  const record = await readRunRecord(log, heard.ids);
  return end(world, record, { closed: { ...closed, outcome }, compensates: false, taskQueue, ownEnd });
}

async function endClosed(world: World, record: RunRecord, described: Described, closed: Closed): Promise<boolean> {
  const closedAt = described.closeTime?.getTime() ?? 0;
  if (Date.now() - closedAt < LAST_WORDS_MS || (await world.isHeldBack(closedAt))) return false;
  // The server may have been replaced since it was asked, or its cluster may be one that no operator has confirmed.
  if (!['own', 'unknown'].includes(await world.standing())) return false;
  // Once a run has asked for its end to be published, that is how it ended, whoever closed it meanwhile: a worker may
  // publish it at any moment, and what the run did must not be undone beside it.
  const words = await lastWords(world.client, described);
  if (words) return endInOwnWords(world, record, closed, words);
  await world.log.append(missingBeginning(record, closed));
  if (closed.terminated) await tellTerminated(world, record, closed);
  const { start, isReadable } = closed.byItself
    ? { start: {}, isReadable: true }
    : await startOfRun(world.client, described);
  const known = isReadable ? { limits: {}, generation: 0, ...start } : { generation: generationOf(described) };
  return end(world, record, { closed, compensates: !closed.byItself, taskQueue: described.taskQueue, start: known });
}

/**
 * Not found is not an end: the run may be another Temporal's, or be back soon. It is lost where an operator has bound the
 * log to another Temporal since it began, or where the log's own Temporal has said so for minutes after its deadline.
 */
async function endUnknown(world: World, record: RunRecord, { startedAt }: { startedAt: string }): Promise<Reconciled> {
  const { ids } = record;
  const { taskQueue } = world;
  if (isOfEarlier(world.binding, startedAt)) {
    if ((await world.standing()) !== 'own') return { ended: false };
    const closed = lostRun(record, REBOUND, world.binding);
    return { ended: await end(world, record, { closed, compensates: true, taskQueue }), isLost: true };
  }
  await tellUnknown(world, record);
  if (!world.silences.count(ids.workflowId) || !(await isPastDeadline(world.runIds, record))) return { ended: false };
  if ((await world.standing()) !== 'own') return { ended: false };
  // It may have completed before it was removed: to undo what it did could be wrong.
  const closed = lostRun(record, SILENT, world.binding);
  return { ended: await end(world, record, { closed, compensates: false, taskQueue }), isLost: true };
}

/**
 * A run that was accepted, and that Temporal lost before the run said anything, begins in the feed when it was accepted: its
 * user waits for an end, and the log would never know of one.
 */
async function endAccepted(world: World, record: RunRecord, acceptedAt: string): Promise<Reconciled> {
  const { client, log, binding } = world;
  if ((await world.standing()) !== 'own') return { ended: false };
  // The one that stands so need not be the one that does not have it.
  if (await describeWorkflow(client, record.ids.workflowId)) return { ended: false };
  const beginning = missingBeginning(record, lostRun(record, SILENT, binding));
  await log.append(beginning.map((event) => ({ ...event, at: acceptedAt })));
  return endUnknown(world, await readRunRecord(log, record.ids), { startedAt: acceptedAt });
}

/** Whether a run that has ended was started again, and no worker has said so yet. */
function isRetried(described: Described, { generation }: RunRecord): boolean {
  return described.status.name === 'RUNNING' && generationOf(described) > generation;
}

/** Whether this is the run that the log tells of. Another Temporal may have a run of the same id, which is not. */
async function isOwn({ client, binding }: World, { ids, folded, temporalRuns }: RunRecord, { runId }: Described) {
  if (!folded || !isOfEarlier(binding, folded.started_at) || temporalRuns.includes(runId)) return true;
  const temporalRun = temporalRuns.at(-1);
  return temporalRun !== undefined && (await describeWorkflow(client, ids.workflowId, temporalRun)) !== undefined;
}

/**
 * Of a run that goes on in Temporal, and of which the log knows nothing, the id is claimed again: until its next event, which
 * may be an answer away, nobody could reach a run whose log was lost.
 */
async function claimAgain(world: World, { ids: { userId, runId } }: RunRecord, described: Described) {
  if (await world.runIds.find({ userId, runId })) return;
  // A stranger's run must not keep anybody from the id.
  await vouch(world);
  const { type: workflow, startTime, memo, raw } = described;
  const { seconds } = raw.executionConfig?.workflowExecutionTimeout ?? {};
  const endsBy = new Date(startTime.getTime() + (Number(seconds) * 1_000 || RUN_TIMEOUT_MS)).toISOString();
  await world.runIds.claim({ userId, runId, workflow, requestSha256: String(memo?.request_sha256 ?? ''), endsBy });
}

/**
 * Publishes of one run what nobody else could: that it ended, was reset, is stalled or moves again. Has undone what a
 * run did that was closed from outside.
 */
export async function reconcileRun(world: World, run: Candidate): Promise<Reconciled> {
  const { client, log } = world;
  const found = await describeWorkflow(client, run.workflowId);
  const record = await readRunRecord(log, run);
  const { folded } = record;
  const described = found && (await isOwn(world, record, found)) ? found : undefined;
  if (folded && folded.ended_at !== null) {
    if (!described || !isRetried(described, record)) return { ended: true };
    await tellStall(world, { ...record, generation: generationOf(described) }, described);
    return { ended: false };
  }
  if (!described) {
    if (folded) return endUnknown(world, record, { startedAt: folded.started_at });
    return run.acceptedAt === undefined ? { ended: true } : endAccepted(world, record, run.acceptedAt);
  }
  world.silences.heard(run.workflowId);
  const closed = await closedRun(client, described);
  if (closed) return { ended: await endClosed(world, record, described, closed) };
  if (!folded) await claimAgain(world, record, described);
  await tellReset(world, record, described);
  await tellOperator(world, record, described);
  await tellStall(world, record, described);
  return { ended: false };
}
