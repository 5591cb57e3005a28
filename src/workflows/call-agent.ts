// Runs inside the workflow sandbox.
import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import { agentActivityOptions } from './agent-activity-options.ts';
import { agentFailure, type AgentFailureReport } from './agent-failure.ts';
import type { RunEvents } from './run-events.ts';

type AgentActivity = (call: AgentCall) => Promise<AgentReturn>;

type Options = {
  agent: string;
  call: Omit<AgentCall, 'events'>;
  events: RunEvents;
};

function verdictOf({ agent, call: { agent_run, step, of, parent } }: Options, attempt: number) {
  return { agent, agent_run, step, of, parent, attempt, final: true };
}

function tellEnd(options: Options, { error, death, attempts }: AgentFailureReport, startedAt: number) {
  const { events, call } = options;
  const verdict = verdictOf(options, attempts);
  if (error.type === 'Cancelled') {
    return events.emit('agent_cancelled', { outcome: 'stopped', time_to_stop_ms: 0 }, verdict);
  }
  if (!death) return events.emit('agent_error', { error }, verdict);
  const limit_ms = death === 'no_heartbeat' ? call.limits.heartbeat_timeout_ms : call.limits.timeout_ms;
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
  const { agent, call, events } = options;
  const startedAt = Date.now();
  const activities = proxyActivities<Record<string, AgentActivity>>(agentActivityOptions(call.limits));
  const activity = activities[agent] as AgentActivity;
  const taken = events.take();
  try {
    const { result, attempts, execution_time_ms, recovered, told } = await activity({ ...call, events: taken });
    if (!told) {
      events.putBack(taken);
      events.emit('agent_completed', { result: null, execution_time_ms, recovered }, verdictOf(options, attempts));
    }
    return { success: true, agent, attempts, execution_time_ms, recovered, result };
  } catch (thrown) {
    const report = agentFailure(agent, thrown, call.limits);
    if (!report.told) {
      // An agent that was cancelled before a worker took it has delivered nothing.
      events.putBack(taken);
      tellEnd(options, report, startedAt);
    }
    if (isCancellation(thrown)) throw thrown;
    const { attempts, error } = report;
    return { success: false, agent, attempts, execution_time_ms: Date.now() - startedAt, recovered: false, error };
  }
}
