// Runs inside the workflow sandbox.
import { isCancellation } from '@temporalio/workflow';

/** A promise that knows whether anybody waits for it. What is derived from it is a plain promise. */
class HandedPromise<Value> extends Promise<Value> {
  static override get [Symbol.species]() {
    return Promise;
  }

  isAwaited = false;
  onAwaited?: () => void;

  // `await`, `Promise.all`, `catch` and `finally` all come through here, since this is a class of its own.
  override then<Ok = Value, Failed = never>(
    onOk?: ((value: Value) => Ok | PromiseLike<Ok>) | null,
    onFailed?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Ok | Failed> {
    this.isAwaited = true;
    this.onAwaited?.();
    return super.then(onOk, onFailed);
  }

  /** Temporal fails the workflow's task for ever where a promise is rejected that nobody handles. */
  handle(): void {
    void super.then(undefined, () => undefined);
  }
}

/** The promises that the engine hands to a workflow's own code, and the failures of those that nobody waits for. */
export function createHandedPromises() {
  const ignored = new Map<HandedPromise<unknown>, unknown>();
  let isClosed = false;

  function fail(promise: HandedPromise<unknown>, error: unknown) {
    if (promise.isAwaited) return;
    promise.handle();
    // Nobody has to wait for what was stopped.
    if (isCancellation(error)) return;
    ignored.set(promise, error);
    promise.onAwaited = () => void ignored.delete(promise);
  }

  return {
    /** The same as `work`, but whether it is waited for is known, and it never settles once the code has ended. */
    hand<Value>(work: Promise<Value>, onFailed: (error: unknown) => void): Promise<Value> {
      const promise: HandedPromise<Value> = new HandedPromise((resolve, reject) => {
        work.then(
          (value) => {
            if (!isClosed) resolve(value);
          },
          (error: unknown) => {
            onFailed(error);
            if (isClosed) return;
            fail(promise, error);
            reject(error as Error);
          },
        );
      });
      return promise;
    },
    /** The first failure that nobody waited for so far. */
    ignored(): { error: unknown } | undefined {
      const [first] = ignored;
      return first && { error: first[1] };
    },
    close(): void {
      isClosed = true;
      ignored.clear();
    },
  };
}
