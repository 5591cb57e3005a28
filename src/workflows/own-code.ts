// Runs inside the workflow sandbox.
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  ContinueAsNew,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { thrownField, thrownMessage, thrownStack } from '../contracts/thrown-message.ts';
import type { engineVersion } from './engine-version.ts';
import { failureType } from './failure-type.ts';
import { createHandedPromises } from './handed-promises.ts';
import { createTaskBudget } from './schedule-budget.ts';

/** How many calls of one workflow task may fail at once; code that calls on whatever happens would hold up its worker. */
const REFUSED_AT_ONCE = 2_000;

/** How long code that was asked to stop may do nothing that the engine sees, in milliseconds; then it is given up. */
const STOP_GRACE_MS = 10_000;

/** How long past the run's deadline code may clean up at most, in milliseconds. */
const CLEAN_UP_MS = 60_000;

/** How long agents that a run leaves at work may take to stop, in milliseconds; what the run did is undone after that. */
const LEFT_AGENTS_MS = 60_000;

type Options = {
  version: ReturnType<typeof engineVersion>;
  /** Scope that no cancel reaches. */
  shield: CancellationScope;
  /** When the run's time is over, in milliseconds since 1970. */
  deadline: number;
  /** How many agents are at work. */
  atWork: () => number;
  /** Whether something is being undone, which needs no agent where tools undo it. */
  isUndoing: () => boolean;
  /** Called where agents are still at work when the code has ended. */
  onAgentsLeft: () => void;
};

const NOT_ENDED = 'the workflow did not end when it was asked to';

/** A scope that says how often code still asks for something in it after it was cancelled. */
class CodeScope extends CancellationScope {
  onRefused: () => void = () => undefined;

  override get consideredCancelled(): boolean {
    const isCancelled = super.consideredCancelled;
    if (isCancelled) this.onRefused();
    return isCancelled;
  }

  /** What is asked for from now on is done, as if nobody had cancelled. */
  shield(): void {
    Object.assign(this, { cancellable: false });
  }
}

const never = () => new Promise<never>(() => undefined);

/** What was thrown as an error that can be sent: anything may be thrown, of any size. */
function sendable(thrown: unknown): unknown {
  if (thrown instanceof ContinueAsNew || isCancellation(thrown)) return thrown;
  const message = thrownMessage(thrown);
  if (thrown instanceof Error && thrownField(thrown, 'message') === message) return thrown;
  const failure = ApplicationFailure.create({ type: failureType(thrown), message, nonRetryable: true });
  failure.stack = thrownStack(thrown) ?? failure.stack;
  return failure;
}

/**
 * Runs the code that a run is made of, and sees to it that its bugs end the run: a failure that it ignores, a stop that it
 * ignores, a promise that it waits for in vain.
 */
export function createOwnCode({ version, shield, deadline, atWork, isUndoing, onAgentsLeft }: Options) {
  const handed = createHandedPromises();
  let isOver = false;
  let isStopping = false;
  let isLooking = false;
  const refusals = createTaskBudget({ mostCalls: REFUSED_AT_ONCE });
  let graceScope: CancellationScope | undefined;
  let reject: ((error: unknown) => void) | undefined;

  /** Ends the run with this error, whatever its code does. */
  function end(error: unknown) {
    if (isOver || !reject) return;
    close();
    reject(error);
  }

  /** From now on nothing reaches the code. */
  function close() {
    isOver = true;
    handed.close();
  }

  function endIfIgnored() {
    isLooking = false;
    const found = handed.ignored();
    if (found) end(found.error);
  }

  /** Code may wait for several at once: whether it ignored one is certain when it has handed over to the server. */
  function lookForIgnored() {
    // Code that is stopping may still clean up.
    if (isLooking || isStopping || !handed.ignored()) return;
    isLooking = true;
    void shield.run(() => sleep(1, { summary: 'looks whether a failure is ignored' })).then(endIfIgnored);
  }

  /** A call that fails in the task that made it was not made: the run is stopping, or the call is wrong. */
  function refusedIn(task: number, error: unknown) {
    if (workflowInfo().historyLength !== task) return;
    if (!refusals.take(0)) end(error);
  }

  async function waitForEnd() {
    const last = Math.max(deadline, Date.now()) + CLEAN_UP_MS;
    do await sleep(STOP_GRACE_MS, { summary: 'the time that the code has to stop' });
    while (!isOver && (atWork() > 0 || isUndoing()) && Date.now() < last);
    end(new CancelledFailure(NOT_ENDED));
  }

  async function stopLeft(scope: CancellationScope) {
    if (atWork() === 0) return;
    scope.cancel();
    onAgentsLeft();
    await shield.run(() => condition(() => atWork() === 0, LEFT_AGENTS_MS));
  }

  /** A scope of the code's own may have been cancelled, while nobody asked the run to stop. */
  function errorOf(thrown: unknown, outer: CancellationScope): unknown {
    if (!isCancellation(thrown) || outer.consideredCancelled) return sendable(thrown);
    return ApplicationFailure.nonRetryable(
      `workflow code ended by a cancel of its own: ${thrownMessage(thrown)}`,
      'Cancelled',
    );
  }

  async function supervise<Result>(body: () => Promise<Result>): Promise<Result> {
    const outer = CancellationScope.current();
    const scope = new CodeScope();
    scope.onRefused = () => {
      if (refusals.take(0)) return;
      end(new CancelledFailure(NOT_ENDED));
      // Each `sleep` in a cancelled scope fails at once, and code that catches that would hold up its worker for ever.
      scope.shield();
    };
    try {
      const result = await new Promise<Result>((resolve, failed) => {
        reject = failed;
        scope.run(body).then(resolve, failed);
      });
      const found = handed.ignored();
      if (found) throw found.error;
      return result;
    } catch (thrown) {
      throw errorOf(thrown, outer);
    } finally {
      close();
      graceScope?.cancel();
      await stopLeft(scope);
    }
  }

  return {
    /** Runs the code to its end. */
    run: <Result>(body: () => Promise<Result>): Promise<Result> => (version === 1 ? body() : supervise(body)),
    /**
     * Makes something for the code to wait for. Where it fails and the code never waits for it, the run ends with its error
     * when the code ends or calls the engine again; of code that has ended nobody waits for anything.
     */
    hand<Value>(make: () => Promise<Value>): Promise<Value> {
      if (version === 1) return make();
      if (isOver) return never();
      lookForIgnored();
      const { historyLength } = workflowInfo();
      return handed.hand(make(), (error) => refusedIn(historyLength, error));
    },
    end,
    /** To be called once the run is asked to stop. */
    stop(): void {
      if (version === 1 || isStopping) return;
      isStopping = true;
      graceScope = new CancellationScope({ parent: shield, cancellable: true });
      graceScope.run(waitForEnd).catch(() => undefined);
    },
  };
}
