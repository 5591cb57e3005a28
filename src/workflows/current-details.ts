// Runs inside the workflow sandbox.
import { setCurrentDetails } from '@temporalio/workflow';
import type { RunStatus } from '../contracts/names.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { PendingApproval } from '../contracts/run-messages.ts';
import { codeText, plainText } from '../contracts/markdown.ts';

/** Rows of a list; what the operator's page gets must not grow with the run. */
const MAX_ROWS = 20;
const MAX_MESSAGE = 200;
const MAX_QUESTION = 500;

type Now = {
  status: RunStatus;
  pausedBy: string | null;
  approvals: PendingApproval[];
  /** How many things are left to undo, while that is what the run does. */
  undoing?: number;
};

type Options = {
  runId: string;
  /** Agents that the run means to call, as far as it knows. */
  planned: readonly string[];
  /** How many agents ended in earlier parts of the run, and how many of them failed. */
  before: readonly AgentOutcome[];
  /** Asked whenever something changed. */
  now: () => Now;
};

/** When something began or ended, as Temporal UI shows times. */
const timeNow = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

function rowOf(agentRun: string, state: string, since: string, attempts = '', failure = ''): string {
  return `| ${codeText(agentRun)} | ${state} | ${since} | ${attempts} | ${failure} |`;
}

function endOf(outcome: AgentOutcome | undefined): { state: string; attempts: string; failure: string } {
  if (!outcome) return { state: 'stopped', attempts: '', failure: '' };
  const { success, attempts, recovered, error } = outcome;
  const state = success ? (recovered ? 'completed, recovered' : 'completed') : '**failed**';
  const failure = error ? `${error.type}: ${plainText(error.message, MAX_MESSAGE)}` : '';
  return { state, attempts: String(attempts), failure };
}

function toAnswer(runId: string, { approval_id, question, options, expires_at, asked_by }: PendingApproval): string {
  const message = JSON.stringify({ approval_id, decision: options[0], by: 'YOUR NAME' });
  return [
    `- ${codeText(approval_id)}${asked_by ? `, asked by ${codeText(asked_by)}` : ''}: ${plainText(question, MAX_QUESTION)}`,
    `  - options: ${options.map((option) => plainText(option, MAX_MESSAGE)).join(', ')}; expires at ${expires_at}`,
    `  - to answer, send the update \`decide\` with`,
    `    \`${message}\``,
    `  - or run \`baton approve ${runId} ${approval_id}\` (or \`reject\`)`,
  ].join('\n');
}

/**
 * What Temporal UI shows of a run while it goes on: which agents work, which have ended and how, what is waited for. Made
 * anew at each change from lines that were made once, so that a change costs the same in a long run as in a short one.
 */
export function createCurrentDetails({ runId, planned, before, now }: Options) {
  const active = new Map<string, { since: string; held: boolean }>();
  const ended: { row: string; isFailure: boolean }[] = [];
  const expected = new Set(planned);
  let count = before.length;
  let failures = before.filter(({ success }) => !success).length;

  function headline({ status, pausedBy, undoing }: Now): string {
    const by = pausedBy === null ? '' : `, by ${plainText(pausedBy, MAX_MESSAGE)}: no agent starts until \`resume\``;
    const undo = undoing === undefined ? '' : `; undoing what was done, ${undoing} left`;
    const failed = failures > 0 ? `, ${failures} of them failed` : '';
    return `**${status}**${by}${undo}. Agents at work: ${active.size}, ended: ${count}${failed}.`;
  }

  function agents({ pausedBy, approvals }: Now): string[] {
    const asking = new Set(approvals.map(({ asked_by }) => asked_by));
    const rows = [...active].slice(0, MAX_ROWS).map(([agentRun, { since, held }]) => {
      const state = asking.has(agentRun) ? 'waits for an answer' : 'at work';
      return rowOf(agentRun, held && pausedBy !== null ? 'held by the pause' : state, since);
    });
    rows.push(...ended.map(({ row }) => row).toReversed());
    if (rows.length === 0) return [];
    return ['', '| agent | state | since (UTC) | attempts | failure |', '|---|---|---|---|---|', ...rows];
  }

  function update(): void {
    const state = now();
    const parts = [headline(state)];
    if (state.approvals.length > 0) {
      parts.push('', '**Waits for an answer**', '');
      parts.push(...state.approvals.slice(0, MAX_ROWS).map((asked) => toAnswer(runId, asked)));
    }
    parts.push(...agents(state));
    if (active.size > 0) parts.push('', 'Attempt and last failure of an agent at work: see Pending Activities.');
    if (expected.size > 0) parts.push('', `Not begun yet: ${[...expected].slice(0, MAX_ROWS).join(', ')}.`);
    setCurrentDetails(parts.join('\n'));
  }

  return {
    /** `holdable`: whether a pause keeps it from starting. */
    began(agentRun: string, agent: string, holdable: boolean): void {
      expected.delete(agent);
      active.set(agentRun, { since: timeNow(), held: holdable && now().pausedBy !== null });
      update();
    },
    /** `outcome` is undefined where the agent was stopped. */
    ended(agentRun: string, agent: string, outcome: AgentOutcome | undefined): void {
      expected.delete(agent);
      active.delete(agentRun);
      count += 1;
      if (outcome && !outcome.success) failures += 1;
      const { state, attempts, failure } = endOf(outcome);
      ended.push({ row: rowOf(agentRun, state, timeNow(), attempts, failure), isFailure: failure !== '' });
      // What failed is what the reader came for.
      if (ended.length > MAX_ROWS)
        ended.splice(
          Math.max(
            0,
            ended.findIndex(({ isFailure }) => !isFailure),
          ),
          1,
        );
      update();
    },
    update,
  };
}

export type CurrentDetails = ReturnType<typeof createCurrentDetails>;
