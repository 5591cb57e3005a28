// Runs inside the workflow sandbox.
import { CancellationScope, sleep } from '@temporalio/workflow';
import type { TaskBudget } from './schedule-budget.ts';

type Options = {
  /** How many may be under way at once. */
  most: number;
  /** What one workflow task may schedule; shared with others that schedule in the same task. */
  budget: TaskBudget;
  /** Scope that no cancel reaches. */
  shield: CancellationScope;
};

type Waiting = { bytes: number; begin: () => void };

/** Lets at most so many of something be under way, and no more in one workflow task than it can hold; others wait in order. */
export function createTurns({ most, budget, shield }: Options) {
  const waiting = new Set<Waiting>();
  let underWay = 0;
  let isSleeping = false;

  const begins = (bytes: number) => underWay < most && budget.take(bytes);

  function awake() {
    isSleeping = false;
    callNext();
  }

  function callNext() {
    for (const one of waiting) {
      if (!begins(one.bytes)) break;
      waiting.delete(one);
      underWay += 1;
      one.begin();
    }
    if (waiting.size === 0 || underWay >= most || isSleeping) return;
    isSleeping = true;
    // One timer for all that wait: the next workflow task begins with it.
    void shield.run(() => sleep(1, { summary: 'goes on in another workflow task' })).then(awake);
  }

  function wait(bytes: number): Promise<void> {
    const scope = CancellationScope.current();
    return new Promise((begin, reject) => {
      const one = { bytes, begin };
      waiting.add(one);
      scope.cancelRequested.catch((error: Error) => {
        if (scope.consideredCancelled && waiting.delete(one)) reject(error);
      });
      callNext();
    });
  }

  return {
    /**
     * Takes a turn, to be given back by `leave`. Undefined where it begins at once: each promise of a workflow costs a stack
     * trace.
     *
     * @throws CancelledFailure when the scope is cancelled that waits
     */
    take(bytes: number): Promise<void> | undefined {
      if (waiting.size > 0 || !begins(bytes)) return wait(bytes);
      underWay += 1;
      return undefined;
    },
    leave(): void {
      underWay -= 1;
      callNext();
    },
  };
}

export type Turns = ReturnType<typeof createTurns>;
