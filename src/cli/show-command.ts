import type { Command } from 'commander';
import { agentOutcomes } from '../client/agent-outcomes.ts';
import { embeddedUiUrl } from './embedded-ui-url.ts';
import { diagnose } from './show/diagnose.ts';
import { readEvidence } from './show/read-evidence.ts';
import { showText } from './show-text.ts';
import { uiLink } from './ui-link.ts';
import { withOperator } from './with-operator.ts';

async function show(id: string, { json }: { json?: boolean }): Promise<void> {
  await withOperator(async (operator) => {
    const known = await readEvidence(operator, await operator.find(id));
    const { run, folded, pending, result } = known;
    const uiUrl = embeddedUiUrl(operator.config.dataDir);
    const shown = {
      ...run,
      diagnosis: diagnose(known),
      paused_by: folded?.paused_by ?? null,
      approvals: known.approvals.map(({ asked_at: _at, on_expiry: _then, ...asked }) => asked),
      time_to_stop_ms: folded?.time_to_stop_ms ?? null,
      agents: agentOutcomes(folded),
      compensations: folded?.compensations ?? [],
      pending: [...pending],
      result,
      ui: uiLink({ uiUrl, namespace: operator.namespace, workflowId: run.workflow_id }),
    };
    process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : showText(shown));
  });
}

export function addShowCommand(program: Command): void {
  program
    .command('show')
    .argument('<run>', 'run id or workflow id')
    .description('what a run did, what it is doing, what holds it up, and what to do next')
    .option('--json', 'print JSON')
    .action(show);
}
