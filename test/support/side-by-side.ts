// Runs inside the workflow sandbox.
import type { AgentOutcome, RunOutcome } from '../../src/contracts/run.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { openRun } from '../../src/workflows/open-run.ts';

/** Runs one agent once for each name, all at the same time; each gets the text after its own name. */
export async function sideBySide(
  start: RunStart<{ agent: string; names: string[]; text?: string }>,
): Promise<RunOutcome<AgentOutcome[]>> {
  const { agent, names, text } = start.input;
  const run = openRun(start, [agent]);
  return run.finish(async () => {
    const calls = names.map((me, index) => {
      const other = names.at(index - 1);
      return run.agent(
        agent,
        { me, other, ...(text && { text: `${me} ${text}` }) },
        { agentRun: me, step: me, of: names.length, parent: 'root' },
      );
    });
    return { status: 'completed', summary: 'done', result: await Promise.all(calls) };
  });
}
