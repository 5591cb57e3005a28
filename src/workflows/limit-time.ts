// Runs inside the workflow sandbox.
import { CancellationScope, sleep } from '@temporalio/workflow';

/**
 * A scope that is cancelled after so many milliseconds, unless `over` was called before. Its timer is never cancelled, as
 * that of the SDK's own scope with a timeout would be: of a run that has ended the server drops it for nothing.
 *
 * @param shield scope that no cancel reaches
 */
export function limitTime(ms: number, shield: CancellationScope) {
  const scope = new CancellationScope();
  let isOver = false;
  void shield
    .run(() => sleep(ms, { summary: 'the time that the run has' }))
    .then(() => {
      if (!isOver) scope.cancel();
    });
  return {
    scope,
    over() {
      isOver = true;
    },
  };
}
