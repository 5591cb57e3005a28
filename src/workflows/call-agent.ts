// Runs inside the workflow sandbox.
import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { AgentCall, AgentLimits, AgentReturn } from '../contracts/agent-call.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { UserContext } from '../contracts/user-context.ts';
import { agentActivityOptions } from './agent-activity-options.ts';
import { agentFailure, type AgentFailureReport } from './agent-failure.ts';
import type { RunEvents } from './run-events.ts';

type AgentActivity = (call: AgentCall) => Promise<AgentReturn>;

type Options = {
  agent: string;
  agentRun: string;
  input: unknown;
  limits: AgentLimits;
  context: UserContext;
  events: RunEvents;
};

function tellEnd({ agent, agentRun, limits, events }: Options, report: AgentFailureReport, startedAt: number) {
  const { error, death, attempts } = report;
  const verdict = { agent, agent_run: agentRun, attempt: attempts };
  if (error.type === 'Cancelled') {
    return events.emit('agent_cancelled', { outcome: 'stopped', time_to_stop_ms: 0 }, verdict);
  }
  if (!death) return events.emit('agent_error', { error }, verdict);
  const limit_ms = death === 'no_heartbeat' ? limits.heartbeat_timeout_ms : limits.timeout_ms;
  const execution_time_ms = Date.now() - startedAt;
  events.emit('agent_death', { reason: death, message: error.message, limit_ms, execution_time_ms }, verdict);
}

/**
 * Runs one agent as the activity of its name and returns its outcome; a failing agent is an outcome. Where the activity
 * could not tell its end, or the server decided otherwise, the workflow's verdict is queued as an event.
 *
 * @throws CancelledFailure when the run is cancelled, after the agent has stopped
 */
export async function callAgent(options: Options): Promise<AgentOutcome> {
  const { agent, agentRun, input, limits, context, events } = options;
  const startedAt = Date.now();
  const activities = proxyActivities<Record<string, AgentActivity>>(agentActivityOptions(limits));
  const activity = activities[agent] as AgentActivity;
  try {
    const returned = await activity({
      context,
      input,
      agent_run: agentRun,
      generation: 0,
      step: null,
      of: null,
      parent: null,
      limits,
      events: events.take(),
    });
    const { result, attempts, execution_time_ms, recovered, told } = returned;
    if (!told) {
      const verdict = { agent, agent_run: agentRun, attempt: attempts };
      events.emit('agent_completed', { result: null, execution_time_ms, recovered }, verdict);
    }
    return { success: true, agent, attempts, execution_time_ms, recovered, result };
  } catch (thrown) {
    const report = agentFailure(agent, thrown, limits);
    if (!report.told) tellEnd(options, report, startedAt);
    if (isCancellation(thrown)) throw thrown;
    const execution_time_ms = Date.now() - startedAt;
    return {
      success: false,
      agent,
      attempts: report.attempts,
      execution_time_ms,
      recovered: false,
      error: report.error,
    };
  }
}
