import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { EventPayload, EventType } from '../../src/contracts/event-payloads.ts';

const WITHOUT_AGENT = /^(run_|step_|approval_|compensation_|operator_)/;

/** Payloads that a test does not care about. */
const PAYLOADS: { [Type in EventType]?: EventPayload<Type> } = {
  run_started: { workflow: 'costOptimization', agents: [] },
  agent_started: { input_summary: '' },
  agent_thinking: { reasoning: 'thinking', step_number: 1, progress_percentage: 10 },
  agent_completed: { result: null, execution_time_ms: 1, recovered: false },
  agent_error: { error: { type: 'AgentFailed', message: 'broken' } },
  run_completed: { status: 'completed', summary: 'done', execution_time_ms: 1 },
  run_restarted: { by: 'operator' },
  operator_action: { by: 'operator', action: 'looked' },
};

type Parts = Partial<Omit<NewEvent, 'type' | 'payload'>> & { payload?: Record<string, unknown> };

/** An event of a user's run; everything that is not said has a value that fits. */
export function newEvent(type: EventType, parts: Parts = {}): NewEvent {
  const { user_id = 'u1', run_id = 'r1', generation = 0, attempt = 1 } = parts;
  const workflow_id = parts.workflow_id ?? `costOptimization/${user_id}/${run_id}`;
  const agent = WITHOUT_AGENT.test(type) ? null : 'triage';
  return {
    schema_version: 1,
    id: randomUUID(),
    type,
    at: new Date().toISOString(),
    user_id,
    thread_id: 't1',
    run_id,
    request_id: run_id,
    workflow_id,
    agent,
    agent_run: agent && `${agent}-1`,
    step: null,
    of: null,
    parent: null,
    generation,
    attempt,
    exec: agent ? `${agent}.${attempt}.${1_764_000_000_000 + attempt}` : 'workflow',
    final: false,
    payload: PAYLOADS[type] ?? {},
    ...parts,
  } as NewEvent;
}
