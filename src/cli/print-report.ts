import type { Report } from '../contracts/report.ts';
import type { RunOutcome } from '../contracts/run.ts';

/** Prints what a run found to stdout: the report, or why there is none. */
export async function printReport({ result, error, status }: RunOutcome<Report>, { json = false }: { json?: boolean }) {
  if (json) return void process.stdout.write(`${JSON.stringify(result ?? { status, error }, null, 2)}\n`);
  if (!result) return void process.stderr.write(`baton: ${status}: ${error?.message ?? 'no result'}\n`);
  const { renderText } = await import('../spend/report/render-text.ts');
  process.stdout.write(`\n${renderText(result)}`);
}
