import type { FoldedAgent, FoldedRun } from '../../../src/feed/folded.ts';
import { AGENT_MARKS, RUN_WORDS } from '../words.ts';

const ended = ({ agents }: FoldedRun) =>
  agents
    .filter((agent): agent is FoldedAgent & { ended_at: string } => agent.ended_at !== null)
    .toSorted((a, b) => a.ended_at.localeCompare(b.ended_at));

/**
 * What a screen reader says while a run goes on, politely: agents' ends, questions, and how the run stands. Nothing that
 * changes every second belongs here: it would never fall silent.
 */
export function Announcements({ run }: { run: FoldedRun }) {
  const open = run.approvals.filter(({ decision }) => decision === null);
  return (
    <div class="unseen" role="log" aria-label="What happened">
      {ended(run).map((agent) => (
        <p key={agent.agent_run}>
          {agent.step ?? agent.agent} {AGENT_MARKS[agent.state][1]}
        </p>
      ))}
      {open.map(({ approval_id, question }) => (
        <p key={`ask-${approval_id}`}>Question: {question}</p>
      ))}
      <p key={`run-${run.status}`}>Run: {RUN_WORDS[run.status]}</p>
    </div>
  );
}
