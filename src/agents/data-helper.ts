import { buildLedgerTool } from '../tools/build-ledger.ts';
import { COST_HEADS } from './cost-heads.ts';
import type { OpenFiles } from '../tools/with-opened-files.ts';
import { defineAgent } from './define-agent.ts';

/** Turns usage files into one priced ledger and a profile of it. Ledgers are written to `dir`. */
export function dataHelper({ dir, open }: { dir: string; open: OpenFiles }) {
  return defineAgent({
    ...COST_HEADS.dataHelper,
    tools: { buildLedger: buildLedgerTool({ dir, open }) },
    async run(input, { think, tools }) {
      think(`Reading and pricing ${input.files.length} file(s), row by row`, { progress: 5 });
      const data = await tools.buildLedger(input);
      const { rows, rejected_rows } = data.source;
      think(`${rows} rows read, ${rejected_rows} refused`, { progress: 80 });
      think(`List price of the window: $${(data.baseline.list_usd ?? 0).toFixed(2)}`, { progress: 95 });
      return data;
    },
  });
}
