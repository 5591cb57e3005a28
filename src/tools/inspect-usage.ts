import { triageInput, triageOutput } from '../contracts/cost-optimization.ts';
import { runTriage } from '../spend/run-triage.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';
import { withOpenedFiles, type OpenFiles } from './with-opened-files.ts';

/** Looks at usage files: which format they have, and whether a figure can be computed from them. */
export function inspectUsageTool({ open }: { open: OpenFiles }) {
  return defineTool({
    name: 'inspect_usage',
    effect: 'none',
    input: triageInput,
    output: triageOutput,
    run: (input, { signal }) =>
      withSpendFailures(() =>
        withOpenedFiles({ open, paths: input.files ?? [] }, (files) =>
          runTriage({ ...input, files: [...files], signal }),
        ),
      ),
  });
}
