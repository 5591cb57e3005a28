import type { AgentLimits } from '../contracts/agent-call.ts';
import { AGENT_DEFAULTS, LOCAL_TIMEOUT_MS } from '../contracts/names.ts';
import type { AnyAgent, Tools } from './define-agent.ts';

/** Fills an agent's limits up with the defaults; parts of a millisecond are rounded up. */
export function limitsOf({
  local = false,
  timeoutMs,
  heartbeatTimeoutMs,
  retry = {},
  concurrency = {},
  tools = {},
}: AnyAgent): AgentLimits {
  const own = Object.values(tools as Tools);
  const limited = concurrency.perUser !== undefined || concurrency.total !== undefined;
  const waits = limited || own.some((tool) => tool.rateLimit !== undefined || tool.effect === 'once');
  const compensates = own.some((tool) => tool.compensate !== undefined);
  const first = Math.ceil(retry.initialIntervalMs ?? AGENT_DEFAULTS.initialIntervalMs);
  return {
    timeout_ms: Math.ceil(timeoutMs ?? (local ? LOCAL_TIMEOUT_MS : AGENT_DEFAULTS.timeoutMs)),
    heartbeat_timeout_ms: Math.ceil(heartbeatTimeoutMs ?? AGENT_DEFAULTS.heartbeatTimeoutMs),
    max_attempts: retry.maxAttempts ?? AGENT_DEFAULTS.maxAttempts,
    initial_interval_ms: first,
    backoff: retry.backoff ?? AGENT_DEFAULTS.backoff,
    // An agent that only says how long it waits first means no less than that.
    max_interval_ms: Math.ceil(retry.maxIntervalMs ?? Math.max(AGENT_DEFAULTS.maxIntervalMs, first)),
    retry_on: retry.on ?? [],
    ...(local && { local }),
    ...(waits && { waits }),
    ...(compensates && { compensates }),
    ...(concurrency.perUser !== undefined && { limit_per_user: concurrency.perUser }),
    ...(concurrency.total !== undefined && { limit_total: concurrency.total }),
  };
}
