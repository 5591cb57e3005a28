import type { CompensateRun } from '../contracts/compensate-run.ts';
import { codeText } from '../contracts/markdown.ts';

const MAX_ROWS = 50;

/** What Temporal UI says of a workflow that undoes a run. */
export function compensationStory({ context, workflow_id, undos, end }: CompensateRun) {
  const rows = undos.toReversed().slice(0, MAX_ROWS);
  const more = undos.length > MAX_ROWS ? [`- and ${undos.length - MAX_ROWS} more`] : [];
  return {
    staticSummary: `undoes ${undos.length} agents of a closed run`,
    staticDetails: [
      `Undoes what a run did that was closed from outside, then tells its user \`${end.type}\`.`,
      '',
      `- user ${codeText(context.user_id, 128)}, run ${codeText(context.run_id, 128)}`,
      `- workflow ${codeText(workflow_id, 1_000)}`,
      '',
      'What its agents did, in the order in which it is undone:',
      '',
      ...rows.map(({ undo, agent }) => `- ${codeText(undo)} (${codeText(agent)})`),
      ...more,
    ].join('\n'),
  };
}
