import { dataHelperInput, dataHelperOutput } from '../contracts/cost-optimization.ts';
import { buildLedger } from '../spend/ledger/build-ledger.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';
import { withOpenedFiles, type OpenFiles } from './with-opened-files.ts';

/** Reads usage files into one priced ledger in `dir`. Repeating it writes the same file, so a retry does no harm. */
export function buildLedgerTool({ dir, open }: { dir: string; open: OpenFiles }) {
  return defineTool({
    name: 'build_ledger',
    effect: 'idempotent',
    input: dataHelperInput,
    output: dataHelperOutput,
    run: (input, { signal }) =>
      withSpendFailures(() =>
        withOpenedFiles({ open, paths: input.files.map(({ path }) => path) }, (paths) => {
          const files = input.files.map((file, index) => ({ ...file, path: paths[index] as string }));
          return buildLedger({ ...input, files, dir, signal });
        }),
      ),
  });
}
