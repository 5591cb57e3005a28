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
