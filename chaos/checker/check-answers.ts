import { isDeepStrictEqual } from 'node:util';
import type { ClientLine } from '../records/lines.ts';
import type { Findings } from './findings.ts';
import type { Window } from './losses.ts';
import { endedBeforeItClosed, endsOf, heardOf, RUN_ENDS, statusOf, type KnownRun, type World } from './world.ts';

type Answer = Extract<ClientLine, { what: 'answer' }>;
type View = { status: string; ended_at: string | null; result: unknown };

/** A run that is still under way. */
const GOES_ON = ['queued', 'running', 'paused', 'waiting'];

/** When a user's own client was given the end of each run, in milliseconds since 1970. */
function heardEnds({ records }: World): Map<string, number> {
  const heard = new Map<string, number>();
  for (const line of records.clients) {
    if (line.what !== 'event' || !RUN_ENDS.includes(line.event.type) || heard.has(line.event.run_id)) continue;
    heard.set(line.event.run_id, line.at);
  }
  return heard;
}

/** An event is emitted before it is appended, and clocks are read at either side of an answer; in milliseconds. */
const EMITTED_MS = 1_000;
/** The feed hears of a run that was closed from outside when a reconciler looked, which an answer need not wait for. */
const RECONCILED_MS = 15_000;

const closedOutside = ({ executions }: KnownRun) =>
  ['terminated', 'timed_out'].includes(executions.at(-1)?.status ?? '');

/** Whether a log that was lost since had the end that was answered: the next one has it from Temporal, which may differ. */
function stoodBefore({ began, body }: Answer, { lost }: KnownRun, { ofLog }: World['losses']): boolean {
  const { status } = body as View;
  return lost.some(
    ({ type, payload, log }) =>
      RUN_ENDS.includes(type) && payload.status === status && began < (ofLog[log]?.to ?? Number.NEGATIVE_INFINITY),
  );
}

function checkView(
  answer: Answer,
  run: KnownRun,
  { heardAt, losses }: { heardAt: number | undefined; losses: World['losses'] },
  { fault }: Findings,
) {
  const view = answer.body as View;
  const [end] = endsOf(run);
  const status = statusOf(end);
  const name = `GET ${run.planned.user} ${run.planned.run} (${run.planned.kind}) at ${new Date(answer.at).toISOString()}`;
  if (!end || status === undefined) return;
  if (GOES_ON.includes(view.status)) {
    if (heardAt !== undefined && heardAt < answer.began)
      fault(
        'answers',
        `${name} says ${view.status}, its user had heard of its end ${answer.began - heardAt} ms before`,
      );
    return;
  }
  if (view.status !== status) {
    if (!stoodBefore(answer, run, losses)) fault('answers', `${name} says ${view.status}, it ended ${status}`);
    return;
  }
  const ahead = Date.parse(end.at) - answer.at;
  if (!run.logLoss && ahead > (closedOutside(run) ? RECONCILED_MS : EMITTED_MS))
    fault('answers', `${name} says ${view.status}, it ended ${end.at} only`);
  const outcome = run.executions.at(-1)?.outcome as { result?: unknown } | null;
  const result = outcome?.result ?? null;
  if (status === 'completed' && endedBeforeItClosed(run) && view.result == null)
    fault('answers', `${name} completed, and has no result`);
  // A run that was closed from outside has no outcome; what its agents had come to is shown all the same.
  // One that an operator has given up has what the log had of it, whatever its old Temporal kept.
  if (outcome && end.payload.reason !== 'lost' && !isDeepStrictEqual(view.result ?? null, result))
    fault('answers', `${name} has the result ${JSON.stringify(view.result)}, its history ${JSON.stringify(result)}`);
}

function checkLists(answers: Answer[], { runs, losses }: World, { fault, allowed }: Findings) {
  const listed = new Map<string, string>();
  for (const { user, body } of answers) {
    for (const each of (body as { runs?: { run_id: string; status: string }[] }).runs ?? []) {
      const run = runs.find(({ planned }) => planned.run === each.run_id);
      if (run?.planned.user !== user) fault('foreign', `GET /v1/runs shows ${user} the run ${each.run_id}`);
      else if (listed.has(each.run_id)) fault('answers', `GET /v1/runs shows ${each.run_id} twice`);
      listed.set(each.run_id, each.status);
    }
  }
  if (answers.length === 0) return;
  for (const run of runs.filter(({ acceptedAt }) => acceptedAt !== undefined)) {
    const status = statusOf(endsOf(run)[0]);
    const shown = listed.get(run.planned.run);
    if (status === undefined || shown === status) continue;
    const words = `GET /v1/runs shows ${run.planned.run} ${shown ?? 'not at all'}, it ended ${status}`;
    // The list is Temporal's: it goes with its server.
    const gone = shown === undefined && losses.temporalLostBetween(run.acceptedAt ?? 0, Number.MAX_SAFE_INTEGER);
    if (gone) allowed('lost', `${words} (${gone.fault})`);
    else fault('answers', words);
  }
}

/** A decision that was accepted is the run's, unless the run came to its end before. */
function checkDecision(answer: Answer, run: KnownRun, { fault }: Findings) {
  const { approval_id, decision } = answer.body as { approval_id: string; decision: string };
  const decided = heardOf(run).filter(
    ({ type, payload }) => type === 'approval_decided' && payload.approval_id === approval_id,
  );
  const ended = ['cancelled', 'terminated'].includes(statusOf(endsOf(run)[0]) ?? '');
  const name = `${run.planned.user} ${run.planned.run}: ${decision} on ${approval_id}`;
  if (decided.length === 0 && !ended && !run.logLoss)
    fault('answers', `${name} was accepted, and the feed does not have it`);
  for (const { payload } of decided)
    if (payload.decision !== decision) fault('answers', `${name} was accepted, the feed says ${payload.decision}`);
}

/**
 * The loss of the log by which a run that was accepted cannot be found: for good if its end was lost with the rest of it,
 * else until a reconciler has found it in Temporal.
 */
function forgottenBy(answer: Answer, run: KnownRun, { losses }: World): Window | undefined {
  const loss = losses.lastLogLossBetween(run.acceptedAt ?? 0, answer.at);
  if (!loss || run.events.some(({ at }) => Date.parse(at) < answer.at)) return undefined;
  const isOver = endsOf(run).some((end) => run.lost.some((each) => each === end));
  return isOver || answer.began <= loss.to + RECONCILED_MS ? loss : undefined;
}

/** What was answered over HTTP, held against the feed. */
export function checkAnswers(world: World, findings: Findings): void {
  const heard = heardEnds(world);
  const answers = world.records.clients.filter((line): line is Answer => line.what === 'answer');
  const lists: Answer[] = [];
  for (const answer of answers) {
    const { method, path, status, user, body } = answer;
    if (status >= 500 && status !== 503) {
      findings.fault(
        'answers',
        `${method} ${path} of ${user} was answered ${status}: ${JSON.stringify(body)?.slice(0, 300)}`,
      );
      continue;
    }
    const run = answer.run === undefined ? undefined : world.byName.get(answer.run);
    if (status === 404 && run?.acceptedAt !== undefined && !path.includes('/approvals/')) {
      const words = `${method} ${path} of ${user}: 404, though it was accepted`;
      const loss = forgottenBy(answer, run, world);
      if (loss) findings.allowed('lost', `${words} (${loss.fault})`);
      else findings.fault('answers', words);
    }
    if (status !== 200) continue;
    const known = { heardAt: heard.get(run?.planned.run ?? ''), losses: world.losses };
    if (method === 'GET' && run) checkView(answer, run, known, findings);
    else if (path.includes('/approvals/') && run) checkDecision(answer, run, findings);
    else if (method === 'GET') lists.push(answer);
  }
  checkLists(lists, world, findings);
  for (const { phase, fault, note } of world.records.faults)
    if (phase === 'note' && note?.includes('took a damaged log')) findings.fault('answers', `${fault}: ${note}`);
  findings.figure('answers', answers.length);
  findings.figure('answers 503', answers.filter(({ status }) => status === 503).length);
}
