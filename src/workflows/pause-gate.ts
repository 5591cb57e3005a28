// Runs inside the workflow sandbox.
import { ApplicationFailure, condition, log, setHandler } from '@temporalio/workflow';
import type { OperatorMessage } from '../contracts/run-messages.ts';
import { DESCRIPTIONS, pauseSignal, pauseUpdate, resumeSignal, resumeUpdate } from './messages.ts';
import type { RunEvents } from './run-events.ts';

function validate(message: OperatorMessage | undefined) {
  if (typeof message?.by === 'string' && message.by !== '') return;
  throw ApplicationFailure.nonRetryable('pause and resume need {"by": "<who>"}', 'InvalidInput');
}

type Options = {
  events: RunEvents;
  /** Who paused the run, where it is paused from the beginning. */
  pausedBy: string | null;
  /** Told after every change. */
  changed: () => void;
  /** Whether the run has ended: nothing changes it any more. */
  isOver: () => boolean;
};

/** Messages `pause` and `resume`: while paused, no new agent starts and running ones go on. */
export function createPauseGate({ events, pausedBy, changed, isOver }: Options) {
  let by = pausedBy;

  function validator(message: OperatorMessage | undefined) {
    validate(message);
    if (isOver()) throw ApplicationFailure.nonRetryable('the run has ended', 'InvalidInput');
  }

  function pause(message: OperatorMessage) {
    if (by !== null) return;
    by = message.by;
    events.emit('run_paused', { by, action: 'pause', reason: message.reason });
    changed();
  }

  function resume(message: OperatorMessage) {
    if (by === null) return;
    by = null;
    events.emit('run_resumed', { by: message.by, action: 'resume', reason: message.reason });
    changed();
  }

  /** A signal cannot be refused: an unusable one must not fail the run. */
  function whenUsable(handle: (message: OperatorMessage) => void) {
    return (message: OperatorMessage) => {
      if (isOver()) log.warn('a pause or resume of a run that has ended was ignored');
      else if (typeof message?.by === 'string' && message.by !== '') handle(message);
      else log.warn('a pause or resume that does not say by whom was ignored');
    };
  }

  const described = { pause: { description: DESCRIPTIONS.pause }, resume: { description: DESCRIPTIONS.resume } };
  setHandler(pauseSignal, whenUsable(pause), described.pause);
  setHandler(resumeSignal, whenUsable(resume), described.resume);
  setHandler(pauseUpdate, pause, { ...described.pause, validator });
  setHandler(resumeUpdate, resume, { ...described.resume, validator });

  return {
    pausedBy: () => by,
    /** Resolves once the run is not paused; undefined where it is not. */
    held: (): Promise<void> | undefined => (by === null ? undefined : condition(() => by === null)),
  };
}
