import { PUBLISH_ACTIVITY } from '../../contracts/names.ts';
import { isUntaken } from '../../reconciler/is-untaken.ts';
import { duration } from '../live/duration.ts';
import { diagnoseAgents } from './diagnose-agents.ts';
import { diagnoseEnd } from './diagnose-end.ts';
import type { Diagnosis, Evidence } from './evidence.ts';
import { noWorker } from './no-worker.ts';
import { placeLines } from './thrown-places.ts';
import { remediesFor, type Remedies } from './remedies.ts';

function ofServerPause({ serverPause }: Evidence, { unpauseWorkflow, terminate }: Remedies): Diagnosis | undefined {
  if (!serverPause) return undefined;
  const { by, reason, at } = serverPause;
  const summary = `the workflow was paused by ${by} with Temporal's tools${reason ? `: ${reason}` : ''}`;
  return { reason: 'server_paused', since: at, summary, evidence: [], remedies: [unpauseWorkflow, terminate] };
}

function ofWorkflowTask(known: Evidence, remedies: Remedies): Diagnosis | undefined {
  const { workflowTask, now, run } = known;
  if (!workflowTask) return undefined;
  const { scheduled_at, attempt, failure, started } = workflowTask;
  if (failure && attempt > 1) {
    const diverged = /NON_?DETERMINISTIC/i.test(failure.cause) || /nondeterminism/i.test(failure.message);
    const does = diverged
      ? 'with the code that began the run, or code that is compatible with it, once the other workers are stopped'
      : 'with the mended code, once the workers with the broken one are stopped; the run goes on by itself';
    const { diverges } = failure;
    const what = `the code of workflow ${run.workflow}`;
    return {
      reason: 'workflow_task_failing',
      since: failure.at ?? scheduled_at,
      summary: diverges
        ? `${what} was changed so that it does not fit this run: they part ${diverges}`
        : `${what} fails at every attempt: ${failure.message}`,
      evidence: [
        ...(diverges ? [failure.message] : []),
        ...placeLines(failure.places),
        `${failure.cause}, on ${failure.worker}`,
        `attempt ${attempt} of its workflow task`,
      ],
      remedies: [remedies.worker(does), ...(diverged ? [remedies.replay] : []), remedies.terminate],
    };
  }
  const waits = !started && isUntaken({ dueAt: Date.parse(scheduled_at ?? ''), now });
  return waits ? noWorker(known, { what: 'the run', since: scheduled_at }, remedies) : undefined;
}

function ofLog(known: Evidence): Diagnosis | undefined {
  const { log, pending, approvals } = known;
  const publishing = pending.find(({ agent, last_failure }) => agent === PUBLISH_ACTIVITY && last_failure !== null);
  if (log.error === null && !publishing) return undefined;
  const isRedis = log.url.startsWith('redis');
  // What only works is none the worse for it: its events wait for the log.
  const works = pending.some(({ agent, state }) => agent !== PUBLISH_ACTIVITY && state === 'started');
  if (works && !publishing && approvals.length === 0) return undefined;
  const start = isRedis ? `start Redis at ${log.url} again` : `make ${log.url} readable and writable again`;
  const held = log.spooled > 0 ? [`${log.spooled} events wait for it in the outbox of this machine`] : [];
  return {
    reason: 'log_down',
    since: publishing?.scheduled_at ?? null,
    summary: `the event log at ${log.url} cannot be reached: ${log.error ?? publishing?.last_failure}`,
    evidence: [
      ...held,
      ...(publishing ? [`the run tells its events again and again, attempt ${publishing.attempt}`] : []),
    ],
    remedies: [
      { command: null, does: `${start}: the run goes on by itself, and nothing it told is lost` },
      { command: 'baton doctor', does: 'checks the log, and everything else' },
    ],
  };
}

function ofApproval({ approvals, now }: Evidence, { decide, cancel }: Remedies): Diagnosis | undefined {
  const [asked] = approvals;
  if (!asked) return undefined;
  const { approval_id, question, options, expires_at, asked_at, on_expiry } = asked;
  const left = Date.parse(expires_at) - now;
  const then = left > 0 ? `until ${expires_at}, for ${duration(left)} more` : `until ${expires_at}`;
  return {
    reason: 'waiting_for_person',
    since: asked_at,
    summary: `the run waits for a person to answer ${approval_id}: ${question}`,
    evidence: [
      `it waits ${then}; after that the decision is ${on_expiry === null ? 'a default' : `"${on_expiry}"`}`,
      ...approvals.slice(1).map((more) => `it also asks ${more.approval_id}: ${more.question}`),
    ],
    remedies: [...options.map((option) => decide(approval_id, option)), cancel],
  };
}

function ofPause(known: Evidence, lines: string[], { resume, cancel, decide }: Remedies): Diagnosis | undefined {
  const { paused, run, approvals } = known;
  if (run.status !== 'paused') return undefined;
  const { by = 'somebody', reason, at = null } = paused ?? {};
  const summary = `the run was paused by ${by}${reason ? `: ${reason}` : ''}; no new agent starts`;
  // An answer is taken while the run is paused, so the question is shown beside the pause that hides it from the status.
  const asked = approvals.map((one) => `it also asks ${one.approval_id}: ${one.question}`);
  const answers = approvals.flatMap((one) => one.options.map((option) => decide(one.approval_id, option)));
  const evidence = [...lines, ...asked];
  return { reason: 'paused', since: at, summary, evidence, remedies: [resume, ...answers, cancel] };
}

function ofWork({ pending, children, cancelRequested, log }: Evidence, lines: string[], remedies: Remedies): Diagnosis {
  const since = pending[0]?.started_at ?? null;
  const evidence = log.error === null ? lines : [...lines, `its events wait: ${log.error}`];
  const common = { since, evidence, remedies: [remedies.watch, remedies.cancel] };
  if (cancelRequested) {
    const summary = 'the run was asked to stop and is stopping';
    return { ...common, reason: 'cancelling', summary, remedies: [remedies.watch, remedies.terminate] };
  }
  if (pending.length > 0) {
    const names = [...new Set(pending.map(({ agent }) => agent))].join(', ');
    return { ...common, reason: 'working', summary: `${names} at work; nothing is stuck` };
  }
  const [child] = children;
  if (child) return { ...common, reason: 'waiting_for_child', summary: `the run waits for ${children.join(', ')}` };
  return { ...common, reason: 'idle', summary: 'the run waits for a timer or a message of its own' };
}

/** What holds a run up, since when, what it is seen by, and what to do next. Of several reasons, what must be mended first. */
export function diagnose(known: Evidence): Diagnosis {
  const remedies = remediesFor(known);
  if (known.run.ended_at !== null) return diagnoseEnd(known, remedies);
  const agents = diagnoseAgents(known, remedies);
  return (
    ofServerPause(known, remedies) ??
    ofWorkflowTask(known, remedies) ??
    agents.paused() ??
    agents.untaken() ??
    ofLog(known) ??
    ofPause(known, agents.lines, remedies) ??
    ofApproval(known, remedies) ??
    agents.waiting() ??
    agents.silent() ??
    ofWork(known, agents.lines, remedies)
  );
}
