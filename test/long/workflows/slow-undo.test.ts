import { expect, test } from '@jest/globals';
import { testApp } from '../../../src/testing/test-app.ts';
import app from '../../support/buggy-app.ts';
import { endedIn } from '../../support/ended-in.ts';
import * as workflows from '../../support/buggy-workflows.ts';

test('a cancelled run waits for what its tools undo, also longer than its code has to stop', async () => {
  const t = await testApp(app);
  try {
    const handle = await t.start(workflows.undoesSlowly, {});
    await t.until(handle, ({ type, agent }) => type === 'agent_started' && agent === 'endless');
    await handle.cancel();
    const run = await endedIn(t, handle, 60_000);
    expect(run).toMatchObject({ status: 'cancelled' });
    const told = (await t.events(handle)).map(({ type, agent }) => (agent ? `${type} ${agent}` : type));
    expect(told.slice(-7)).toEqual([
      'compensation_started',
      'compensation_completed',
      'compensation_started',
      'agent_started quick',
      'agent_completed quick',
      'compensation_completed',
      'run_cancelled',
    ]);
  } finally {
    await t.stop();
  }
});
