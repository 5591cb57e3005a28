import { inspectUsageTool } from '../tools/inspect-usage.ts';
import type { OpenFiles } from '../tools/with-opened-files.ts';
import { COST_HEADS } from './cost-heads.ts';
import { defineAgent } from './define-agent.ts';

/** Decides what the request's data allows: a full analysis, or an answer that says what to export first. */
export function triage({ open }: { open: OpenFiles }) {
  return defineAgent({
    ...COST_HEADS.triage,
    tools: { inspectUsage: inspectUsageTool({ open }) },
    async run(input, { think, tools }) {
      const count = input.files?.length ?? 0;
      think(`Reading the request and ${count} usage file${count === 1 ? '' : 's'}`, { progress: 10 });
      const found = await tools.inspectUsage(input);
      think(
        found.data_sufficiency === 'sufficient'
          ? `Format ${found.format}, grade ${found.grade}: there are rows to compute from`
          : found.reason,
        { progress: 95 },
      );
      return found;
    },
  });
}
