import type { FoldedRun } from '../../../src/feed/folded.ts';
import type { Api } from '../api.ts';
import { ReportView } from '../report/report-view.tsx';
import { useNow } from '../use-now.ts';
import { duration, RUN_WORDS, STALL_WORDS } from '../words.ts';
import { AgentLane } from './agent-lane.tsx';
import { Announcements } from './announcements.tsx';
import { ApprovalCard } from './approval-card.tsx';
import { RunActions } from './run-actions.tsx';
import { UndoneList } from './undone-list.tsx';

/** One run: how it stands, what its agents do, what it asks, and its report. */
export function RunView({ run, api }: { run: FoldedRun; api: Api }) {
  const live = run.ended_at === null;
  const now = useNow(live);
  const from = Date.parse(run.started_at);
  const to = run.ended_at === null ? now : Date.parse(run.ended_at);
  const open = run.approvals.filter(({ decision }) => decision === null);
  const hasReport = run.workflow === 'costOptimization' && ['completed', 'insufficient_data'].includes(run.status);
  return (
    <article class="run" aria-labelledby="run-title">
      <header>
        <h1 id="run-title">{run.workflow ?? 'Run'}</h1>
        <p>
          <span class={`badge ${run.status}`}>{RUN_WORDS[run.status]}</span> {duration(Math.max(0, to - from))}
        </p>
        <div role="status">
          {run.paused_by !== null && <p class="hint">Paused by {run.paused_by}. No new agent starts.</p>}
          {run.stalled && <p class="stalled">{STALL_WORDS[run.stalled]}</p>}
        </div>
        <RunActions run={run} api={api} />
        {run.summary && <p class="summary">{run.summary}</p>}
        {run.error && (
          <p class="problem">
            {run.error.type}: {run.error.message}
          </p>
        )}
      </header>
      {open.map((approval) => (
        <ApprovalCard key={approval.approval_id} runId={run.run_id} approval={approval} api={api} />
      ))}
      <section aria-label="Agents">
        <ol class="lanes">
          {run.agents.map((agent, index) => (
            <AgentLane key={agent.agent_run ?? `planned-${index}`} agent={agent} from={from} to={to} />
          ))}
        </ol>
      </section>
      {run.compensations.length > 0 && <UndoneList compensations={run.compensations} />}
      {hasReport && <ReportView runId={run.run_id} api={api} />}
      <Announcements run={run} />
    </article>
  );
}
