import { COST_AGENTS, type WorkflowName } from '../contracts/names.ts';
import { codeText } from '../contracts/markdown.ts';
import type { AgentLimits } from '../contracts/agent-call.ts';
import type { PlanRun } from '../contracts/plan-run.ts';
import type { PlanStep } from '../contracts/plan.ts';
import { redact } from '../contracts/redact.ts';
import type { RunAgentInput } from '../contracts/run-agent.ts';
import type { RunStart } from '../contracts/run-start.ts';

/** Rows of a table, and bytes of the one line: the server takes 20,000 bytes and 400, a codec's own included. */
const MAX_ROWS = 50;
const MAX_SUMMARY_BYTES = 200;

export type Story = { staticSummary: string; staticDetails: string };

function cutToBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= max ? text : `${bytes.subarray(0, max).toString().replace(/�+$/, '')}…`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(3))} s`;
}

function limitCells({ timeout_ms, max_attempts, compensates }: AgentLimits): string[] {
  return [seconds(timeout_ms), String(max_attempts), compensates ? 'yes' : ''];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const left = rows.length - MAX_ROWS;
  const more = left > 0 ? [`\nand ${left} more`] : [];
  return [line(head), line(head.map(() => '---')), ...rows.slice(0, MAX_ROWS).map(line), ...more].join('\n');
}

function stepRow(step: PlanStep, limits: RunStart['limits']): string[] {
  const { id, agent, needs = [], timeout_ms, retry, compensate } = step;
  const known = limits[agent];
  const own = known && {
    ...known,
    timeout_ms: timeout_ms ?? known.timeout_ms,
    max_attempts: retry?.max_attempts ?? known.max_attempts,
  };
  const [limit = '', attempts = '', undone = ''] = own ? limitCells(own) : [];
  const needed = needs.length > 5 ? `${needs.length} steps` : needs.join(', ');
  return [id, agent, needed, limit, attempts, compensate ? `by ${compensate.agent}` : undone];
}

const LIMITS = ['limit of an attempt', 'attempts', 'undone if the run fails'];

function agentTable(names: readonly string[], limits: RunStart['limits']): string {
  const rows = names.flatMap((name) => (limits[name] ? [[name, ...limitCells(limits[name])]] : []));
  return table(['agent', ...LIMITS], rows);
}

/** What the run is, and the agents that it is planned to call. */
function planned(workflow: string, { input, limits }: RunStart): { what: string; agents: string } {
  const name = workflow as WorkflowName;
  if (name === 'runPlan') {
    const { plan } = input as PlanRun;
    const rows = plan.steps.map((step) => stepRow(step, limits));
    const what = `plan ${plan.name}, ${plan.steps.length} steps`;
    return { what, agents: table(['step', 'agent', 'needs', ...LIMITS], rows) };
  }
  if (name === 'runAgent') {
    const { agent } = input as RunAgentInput;
    return { what: `agent ${agent}`, agents: agentTable([agent], limits) };
  }
  if (name === 'costOptimization') return { what: name, agents: agentTable(COST_AGENTS, limits) };
  return { what: workflow, agents: `May call:\n\n${agentTable(Object.keys(limits), limits)}` };
}

/**
 * What Temporal UI says of a run from its start. Names and limits only: neither what the user asked for nor the caller's
 * metadata, of which only the user knows how public it is.
 */
export function runStory(workflow: string, start: RunStart): Story {
  const { user_id, thread_id, run_id, request_id } = start.context;
  const { generation = 0, by, reused = {} } = start;
  const { what, agents } = planned(workflow, start);
  const retried = generation > 0 ? `, retry ${generation}` : '';
  const kept = Object.keys(reused)
    .slice(0, MAX_ROWS)
    .map((one) => codeText(one));
  const again =
    generation > 0
      ? [`- retry ${generation}, by ${codeText(by ?? user_id)}; kept: ${kept.join(', ') || 'nothing'}`]
      : [];
  const details = [
    `- user ${codeText(user_id, 128)}, thread ${codeText(thread_id, 128)}`,
    `- run ${codeText(run_id, 128)}, request ${codeText(request_id, 128)}, limit ${seconds(start.timeout_ms)}`,
    ...again,
    `- more: \`baton show ${run_id}\`, \`baton watch ${run_id}\``,
    '',
    agents,
  ];
  return redact({
    staticSummary: cutToBytes(`${what} for ${user_id}${retried}`, MAX_SUMMARY_BYTES),
    staticDetails: details.join('\n'),
  });
}
