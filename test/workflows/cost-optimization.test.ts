import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costApp } from '../../src/agents/cost-app.ts';
import type { CostOptimizationInput } from '../../src/contracts/cost-optimization.ts';
import { AGENT_END_TYPES, COST_AGENTS } from '../../src/contracts/names.ts';
import type { CompletedReport, Report } from '../../src/contracts/report.ts';
import { analyse } from '../support/analyse.ts';
import { AZURE_CODE } from '../spend/fixtures.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

/** Bound of a run's history in bytes, whatever the size of its files. */
const MAX_HISTORY_BYTES = 200_000;
const dataDir = mkdtempSync(join(tmpdir(), 'baton-cost-'));
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: costApp({ dataDir }).agents });
});
afterAll(async () => {
  await worker.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function run(input: CostOptimizationInput, options = {}) {
  const { handle, runId } = await worker.start('costOptimization', input, options);
  const outcome = await outcomeOf<Report>(handle);
  const { raw } = await handle.describe();
  return {
    outcome,
    events: worker.recorder.of(runId),
    historyBytes: Number(raw.workflowExecutionInfo?.historySizeBytes),
  };
}

const ends = (events: Awaited<ReturnType<typeof run>>['events']) =>
  events
    .filter(({ type }) => (AGENT_END_TYPES as readonly string[]).includes(type))
    .map(({ agent, type }) => `${agent} ${type}`);

describe('costOptimization on the real trace', () => {
  const input = { files: [AZURE_CODE], model: 'claude-sonnet-4-5', stated_monthly_usd: 45_000 };

  test('comes to the same report as the analysis without agents, told as five agents in a row', async () => {
    const { outcome, events, historyBytes } = await run(input);
    const pricedAt = (outcome.result as CompletedReport).price_book.priced_at as string;
    expect(outcome.result).toEqual(await analyse({ ...input, dir: dataDir, pricedAt }));
    expect(outcome.agents.map(({ agent, success }) => `${agent} ${success}`)).toEqual(
      COST_AGENTS.map((name) => `${name} true`),
    );
    expect(ends(events)).toEqual(COST_AGENTS.map((name) => `${name} agent_completed`));
    expect(events.filter(({ type }) => type.startsWith('run_')).map(({ type }) => type)).toEqual([
      'run_started',
      'run_completed',
    ]);
    expect(historyBytes).toBeLessThan(MAX_HISTORY_BYTES);
  });

  test('keeps its history as small when the files hold twenty times the rows', async () => {
    const [header, ...rows] = readFileSync(AZURE_CODE, 'utf8').split('\r\n');
    const path = join(dataDir, 'twenty-times.csv');
    writeFileSync(path, [header, ...Array.from({ length: 20 }, () => rows).flat()].join('\r\n'));
    const { outcome, historyBytes } = await run({ ...input, files: [path] });
    expect((outcome.result as CompletedReport).source.rows).toBe(20 * 8_819);
    expect(historyBytes).toBeLessThan(MAX_HISTORY_BYTES);
  });
});

test('words without rows get the export to fetch and no figure', async () => {
  const { outcome, events } = await run({ request: 'We spend $45k a month, what can be saved?' });
  expect(outcome.status).toBe('insufficient_data');
  expect(outcome.result).toMatchObject({ status: 'insufficient_data', needed: [{ how: expect.any(String) }, {}, {}] });
  expect(JSON.stringify(outcome.result)).not.toMatch(/_usd|percent|[$]\s*[0-9]/);
  expect(ends(events)).toEqual(['triage agent_completed']);
  expect(events.at(-1)).toMatchObject({ type: 'run_completed', payload: { status: 'insufficient_data' } });
});

test('a file that cannot be read ends the run as failed, with the file and the reason, and later agents never start', async () => {
  const missing = join(dataDir, 'missing.csv');
  const { outcome, events } = await run({ files: [missing], model: 'gpt-4o' });
  expect(outcome).toMatchObject({ status: 'failed', error: { type: 'InvalidInput' } });
  expect(outcome.error?.message).toContain(missing);
  expect(ends(events)).toEqual(['triage agent_error']);
  expect(events.at(-1)).toMatchObject({ type: 'run_failed' });
});

test('a run that is out of time while it waits for a person says so and ends as timed out', async () => {
  const { outcome, events } = await run(
    { files: [AZURE_CODE], model: 'claude-sonnet-4-5', require_approval: true },
    { timeoutMs: 4_000 },
  );
  expect(outcome).toMatchObject({ status: 'timed_out', error: { type: 'AgentTimeout' } });
  expect(events.at(-1)).toMatchObject({ type: 'run_failed', payload: { status: 'timed_out' } });
});
