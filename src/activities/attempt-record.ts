import type { Context } from '@temporalio/activity';
import type { AttemptEnd, Attempts, Opened } from '../notifier/attempts.ts';
import { settledWithin } from './patience.ts';
import { earlierAttempts, type HeartbeatDetails } from './start-heartbeat.ts';

/**
 * How long an attempt waits until it is recorded that it begins or how it ended, in milliseconds. Agents that change
 * nothing run without their store; what is then not counted is known from the heartbeat alone.
 */
const RECORD_MS = 500;

/** The same for an agent in the workflow's own task, which has a second in all. */
const LOCAL_RECORD_MS = 100;

type Options = {
  attempts: Attempts | undefined;
  context: Context;
  /** Name of the execution among those of its run. */
  agentRun: string;
  workflowId: string;
  exec: string;
};

export type AttemptRecord = {
  /** How the attempts before this one ended. */
  earlier: HeartbeatDetails;
  /** Processes that died while they ran one of them. */
  lost: number;
  /** Whether nothing was heard of the attempt before this one. */
  unheard: boolean;
  /** Says how this one ended, and waits a moment until that is recorded. `last`: no other one follows. */
  close(as: AttemptEnd, options?: { last?: boolean }): Promise<void>;
  /** This process is about to end in order. */
  leave(): void;
  /** This process stood still for longer than the heartbeat timeout, by its own doing. */
  stalled(): void;
};

/** What is known from the numbers alone, where attempts are not recorded or their store is down. */
function guess({ info }: Context, { failures, waits, interruptions, losses }: HeartbeatDetails) {
  const unheard = info.isLocal ? 0 : info.attempt - 1 - failures - waits - interruptions;
  return { unheard: unheard > losses, lost: unheard };
}

/**
 * Opens the record of one attempt in the store, before anything of its agent runs, and reads what became of those before
 * it: from the store, and from the last heartbeat, of which a killed process may have sent less.
 */
export async function openAttempt({ attempts, context, exec, ...execution }: Options): Promise<AttemptRecord> {
  const { info } = context;
  const beaten = earlierAttempts(context);
  const { isLocal } = info;
  const temporalRun = info.workflowExecution?.runId ?? '';
  const which = { ...execution, exec, activity: `${temporalRun}/${info.activityId}` };
  // In the workflow's own task attempts are numbered by the worker that has it, and anew by the next one.
  const attempt = isLocal ? Date.now() : info.attempt;
  const recordMs = isLocal ? LOCAL_RECORD_MS : RECORD_MS;
  let opened: Opened | undefined;
  let isStalled = false;
  let hasLeft = false;
  if (attempts) {
    const opening = attempts.open({ ...which, attempt }).then(
      (found) => (opened = found),
      () => undefined,
    );
    await settledWithin(opening, recordMs);
  }
  // There, too, that worker alone counts failures, waits and interruptions.
  const counts = isLocal ? undefined : opened?.counts;
  const earlier = {
    ...beaten,
    failures: Math.max(beaten.failures, counts?.failures ?? 0),
    waits: Math.max(beaten.waits, counts?.waits ?? 0),
    interruptions: Math.max(beaten.interruptions, counts?.interruptions ?? 0),
  };
  const guessed = guess(context, earlier);
  const known = opened && { lost: opened.lost, unheard: !isLocal && opened.unheard > 0 };
  // With the store down nothing is counted as a loss; without one there is nothing but the numbers.
  const found = known ?? (attempts ? { ...guessed, lost: 0 } : guessed);
  const ignore = () => undefined;

  return {
    earlier,
    ...found,
    async close(as, { last = false } = {}) {
      if (!attempts || (isStalled && as === 'none' && !last)) return;
      await settledWithin(attempts.close({ ...which, as, last }), recordMs);
    },
    leave() {
      if (!hasLeft) attempts?.leave(which).catch(ignore);
      hasLeft = true;
    },
    stalled() {
      if (!isStalled) attempts?.stalled(which).catch(ignore);
      isStalled = true;
    },
  };
}
