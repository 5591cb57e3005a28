import { join } from 'node:path';
import { z } from 'zod';
import { reportingInput, reportingOutput } from '../contracts/cost-optimization.ts';
import { writeReport } from '../spend/report/write-report.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';

/** A folder name that a person recognizes; the key keeps runs of different users apart, and `..` from being one. */
function folderOf(runId: string, idempotencyKey: string): string {
  return `${runId.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 40)}-${idempotencyKey.slice(0, 8)}`;
}

/** Composes the report and writes it below `dir`. Repeating it writes the same files. */
export function writeReportTool({ dir }: { dir: string }) {
  return defineTool({
    name: 'write_report',
    effect: 'idempotent',
    input: z.object({ run_id: z.string(), report: reportingInput }),
    output: reportingOutput,
    run: ({ run_id, report }, { idempotencyKey }) =>
      withSpendFailures(() => writeReport({ ...report, dir: join(dir, folderOf(run_id, idempotencyKey)) })),
  });
}
