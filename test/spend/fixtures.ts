import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CostOptimizationInput, DataHelperOutput } from '../../src/contracts/cost-optimization.ts';
import type { CompletedReport } from '../../src/contracts/report.ts';
import { analyse } from '../support/analyse.ts';
import { buildLedger } from '../../src/spend/ledger/build-ledger.ts';
import { runTriage } from '../../src/spend/run-triage.ts';
import type { BuildLedgerOptions } from '../../src/spend/ledger/build-ledger.ts';

/** The moment whose prices every test uses, so that a new catalogue date does not change a figure. */
export const PRICED_AT = '2026-11-24T00:00:00.000Z';

const data = (name: string) => fileURLToPath(new URL(`../../examples/data/${name}`, import.meta.url));
export const AZURE_CODE = data('AzureLLMInferenceTrace_code.csv');
export const MOONCAKE_CONVERSATION = data('mooncake_conversation_trace.jsonl');
export const AZURE_HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';

/** A folder that is removed when the block ends. */
export async function temporaryFolder(): Promise<
  { path: string; file: (name: string, text: string) => Promise<string> } & AsyncDisposable
> {
  const path = await mkdtemp(join(tmpdir(), 'baton-spend-'));
  return {
    path,
    file: async (name, text) => {
      await writeFile(join(path, name), text);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** A report with figures for some files; fails when there are none. */
export async function completed(input: CostOptimizationInput, dir: string): Promise<CompletedReport> {
  const report = await analyse({ ...input, dir, pricedAt: PRICED_AT });
  if (report.status !== 'completed') throw new Error(`expected figures, got ${report.status}`);
  return report;
}

/** Triage and ledger of one file: for what the report says of its rows and of the month, which no technique changes. */
export async function ledgerOf(
  path: string,
  model: string,
  dir: string,
  more: Partial<BuildLedgerOptions> = {},
): Promise<DataHelperOutput> {
  const { files } = await runTriage({ files: [path] });
  return buildLedger({ files, model, priced_at: PRICED_AT, dir, ...more });
}
