import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { OUTBOX_POOL, withOutbox } from '../../src/notifier/outbox.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import { until } from '../support/until.ts';

const THOUGHTS = 6;

const thinker = defineAgent({
  name: 'thinker',
  input: z.unknown(),
  output: z.object({}),
  async run(_input, { think, signal }) {
    for (let n = 1; n <= THOUGHTS; n += 1) think(`thought ${n}`);
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    return {};
  },
});

test('a run that was terminated ends after what an outbox still holds of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-held-'));
  let isDown = true;
  const at = await startReconciledWorker({
    agents: [thinker],
    notifier: ({ log, leases }) => {
      // Away for this worker alone, and slow when it is back: hundreds of events may have to go before those of one run.
      async function publish(event: NewEvent) {
        if (event.type === 'agent_thinking' && isDown) throw new Error('the log is away');
        if (event.type === 'agent_thinking') await sleep(300);
        await log.publish(event);
      }
      return withOutbox({ ...log, publish }, { folder, leases });
    },
  });
  const { handle } = await at.worker.start('runAgent', { agent: 'thinker', input: {} }, { userId: 'held' });
  await at.until('held', ({ type }) => type === 'agent_started');
  isDown = false;
  const delivering = () => at.stores.leases.taken({ pool: OUTBOX_POOL });
  await until(delivering, (places) => places === 1);
  await handle.terminate('enough');
  const events = await at.until('held', ({ type }) => type === 'run_failed');
  const thoughts = events.filter(({ type }) => type === 'agent_thinking');
  expect(thoughts.map(({ payload }) => (payload as { reasoning: string }).reasoning)).toEqual(
    Array.from({ length: THOUGHTS }, (_, n) => `thought ${n + 1}`),
  );
  await until(delivering, (places) => places === 0);
  await at.stop();
  rmSync(folder, { recursive: true });
});
