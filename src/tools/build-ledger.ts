import { dataHelperInput, dataHelperOutput } from '../contracts/cost-optimization.ts';
import { buildLedger } from '../spend/ledger/build-ledger.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';

/** Reads usage files into one priced ledger in `dir`. Repeating it writes the same file, so a retry does no harm. */
export function buildLedgerTool({ dir }: { dir: string }) {
  return defineTool({
    name: 'build_ledger',
    effect: 'idempotent',
    input: dataHelperInput,
    output: dataHelperOutput,
    run: (input, { signal }) => withSpendFailures(() => buildLedger({ ...input, dir, signal })),
  });
}
