// Runs inside the workflow sandbox. Definitions of the messages that every run understands.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { MESSAGES, STATE_QUERY } from '../contracts/names.ts';
import type { DecisionMessage, OperatorMessage } from '../contracts/run-messages.ts';
import type { RunState } from '../contracts/run-start.ts';

export const stateQuery = defineQuery<RunState>(STATE_QUERY);

export const decideSignal = defineSignal<[DecisionMessage]>(MESSAGES.decide);
export const pauseSignal = defineSignal<[OperatorMessage]>(MESSAGES.pause);
export const resumeSignal = defineSignal<[OperatorMessage]>(MESSAGES.resume);

// The same as updates, for Temporal UI and the command line: they answer, and refuse what cannot be.
export const decideUpdate = defineUpdate<DecisionMessage, [DecisionMessage]>(MESSAGES.decide);
export const pauseUpdate = defineUpdate<void, [OperatorMessage]>(MESSAGES.pause);
export const resumeUpdate = defineUpdate<void, [OperatorMessage]>(MESSAGES.resume);

/** What Temporal UI says of each message beside its name. */
export const DESCRIPTIONS = {
  state:
    'Status, agents at work, outcomes of those that ended, who paused the run, and its open questions with their ids.',
  decide:
    'Answers a question of the run. Takes {"approval_id": "<see Current Details>", "decision": "<one of its options>", ' +
    '"by": "<who>", "comment"?, "data"?}. The first decision counts. As an update it says why one is refused.',
  pause: 'Lets running agents finish and starts no new one. Takes {"by": "<who>", "reason"?}.',
  resume: 'Goes on after a pause. Takes {"by": "<who>", "reason"?}.',
} as const;
