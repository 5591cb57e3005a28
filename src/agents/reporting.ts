import { writeReportTool } from '../tools/write-report.ts';
import { COST_HEADS } from './cost-heads.ts';
import { defineAgent } from './define-agent.ts';

/** Puts everything together into the report; its files are written below `dir`. */
export function reporting({ dir }: { dir: string }) {
  return defineAgent({
    ...COST_HEADS.reporting,
    tools: { writeReport: writeReportTool({ dir }) },
    async run(input, { think, tools, context }) {
      think(`Composing the report on ${input.source.rows} rows`, { progress: 20 });
      const written = await tools.writeReport({ run_id: context.run_id, report: input });
      think('Every figure is in the report with its formula and its rows', { progress: 95 });
      return written;
    },
  });
}
