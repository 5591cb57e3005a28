import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { createDataConverter } from '../../src/payload/data-converter.ts';
import { createBooker } from '../support/booker.ts';
import { faultTest } from '../support/fault-test.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';

const { booker, did } = createBooker();

let folder: string;
let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-blobs-'));
  const keptIn = (name: string) => createDataConverter({ storeUrl: `file:${join(folder, name)}`, keys: [] });
  at = await startReconciledWorker({ agents: [booker], dataConverter: keptIn('written'), reads: keptIn('empty') });
});
afterAll(async () => {
  await at.stop();
  await rm(folder, { recursive: true, force: true });
});

faultTest(
  'a run whose input cannot be read any more ends as it ended, and what it did is undone',
  {
    kind: 1,
    before:
      'A terminated run whose input was missing in the blob store stayed open in the feed for ever, and nothing was undone.',
    timeoutMs: 60_000,
  },
  async () => {
    const input = { agent: 'booker', input: { what: 'flight', padding: 'x'.repeat(20_000) } };
    const { handle } = await at.worker.start('runAgent', input, { userId: 'ann' });
    await at.until('ann', ({ type }) => type === 'agent_thinking');
    await handle.terminate('enough');
    const outcome = at.until('ann', ({ type }) => type === 'run_failed').catch((error: Error) => error.message);
    const events = await outcome;
    expect(events).toBeInstanceOf(Array);
    const told = (events as Exclude<typeof events, string>).filter(({ type }) =>
      /^(compensation_|run_failed)/.test(type),
    );
    expect(told.map(({ type, payload }) => [type, payload.success ?? payload.status])).toEqual([
      ['compensation_started', undefined],
      ['compensation_completed', true],
      ['run_failed', 'terminated'],
    ]);
    expect(did).toEqual(['book flight', 'undo flight']);
    return 'Its feed ends as terminated, after its booking was undone.';
  },
);
