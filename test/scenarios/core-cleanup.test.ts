import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../src/client.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { expectGapless } from '../support/expect-feed.ts';
import { ofAgents } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { openStoresAt } from '../support/open-test-stores.ts';
import { dataHelper, oAgent, triage } from '../support/scenario-agents/o-agents.ts';
import { openStage, types } from '../support/scenario-stage.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({ agents: [triage, dataHelper, oAgent('steady', 1_000)], shutdownGraceMs: 100 });
});
afterAll(() => stage.stop());

test('test_execution_engine_resource_cleanup', async () => {
  const [before, figures] = [await stage.openRuns(), await stage.statsOf('clean')];
  const runs = [];
  for (const agent of ['triage', 'data_helper']) {
    runs.push(await stage.run('clean', agent, {}, { runId: `clean_${agent}`, requestId: `clean_${agent}` }));
  }
  expect(runs.map(({ outcome }) => outcome.success)).toEqual([true, true]);
  expect(await stage.openRuns()).toEqual(before);
  const stats = await stage.statsOf('clean');
  expect(stats).toMatchObject({ concurrent_executions: 0, active_runs: 0, failed_executions: 0 });
  expect(stats.total_executions - figures.total_executions).toBe(2);
  expect(stats.history.map(({ run_id }) => run_id)).toEqual(['clean_data_helper', 'clean_triage']);
  measured('test_execution_engine_resource_cleanup', { executions: 2, history: stats.history.length, active_runs: 0 });
});

describe('after a shutdown', () => {
  test('nothing is open, the process ends by itself, and history and feed are still there', async () => {
    const { address, namespace, workflowBundle } = shared();
    const dataDir = mkdtempSync(join(tmpdir(), 'baton-leaving-'));
    const script = fileURLToPath(new URL('../support/one-process.ts', import.meta.url));
    const args = ['--no-warnings', script, address, workflowBundle.codePath, dataDir, `leaving-${randomUUID()}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    const { resources, ...said } = JSON.parse(stdout) as { resources: string[] };

    expect(said).toEqual({ statuses: ['completed', 'completed'], open_runs: [], open_files: [] });
    // The pipe to this test is all that may keep it.
    expect(resources.filter((name) => name !== 'PipeWrap')).toEqual([]);
    const { log, close } = await openStoresAt(join(dataDir, 'events.sqlite'));
    const feed = await log.read({ userId: 'leaving', after: 0, limit: 100 });
    await close();
    expectGapless(feed);
    expect(ofAgents(feed)).toHaveLength(12);
    const client = await connect({ user: 'leaving', address, namespace, dataDir });
    expect(await client.run('own_triage', 'runAgent').result()).toMatchObject({ status: 'completed' });
    await client.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('in the middle of a run, the next worker finishes it; no event is lost or doubled', async () => {
    const client = await stage.clientOf('moved');
    const run = await client.start('runAgent', { agent: 'steady', input: {} });
    await until(
      () => stage.feedOf('moved'),
      (events) => types(events).includes('agent_thinking'),
    );
    stage.leave();
    await stage.addWorker();
    const { agents } = await run.result();
    const feed = await stage.feedOf('moved');

    expect(agents).toMatchObject([{ success: true, agent: 'steady' }]);
    expectGapless(feed);
    expect(new Set(feed.map(({ id }) => id)).size).toBe(feed.length);
    expect(types(feed).filter((type) => /^agent_(completed|error|death)$/.test(type))).toEqual(['agent_completed']);
    const [folded] = feed.reduce(foldFeed, emptyFeed()).runs[0]?.agents ?? [];
    expect(folded).toMatchObject({
      state: 'completed',
      attempt: 2,
      thoughts: [{ step_number: 1 }, { step_number: 2 }],
    });
  });
});
