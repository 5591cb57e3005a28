import type { NewEvent } from '../../src/contracts/event.ts';
import { EVENT_SCHEMA_VERSION } from '../../src/contracts/names.ts';

/** An event of a run as the log takes it; its identity is made of its type and the run. */
export function runEvent({ type, run_id, n = 0 }: { type: string; run_id: string; n?: number }): NewEvent {
  return {
    schema_version: EVENT_SCHEMA_VERSION,
    id: `${run_id}:${type}:${n}`,
    type,
    at: new Date().toISOString(),
    user_id: 'bench',
    thread_id: run_id,
    run_id,
    request_id: run_id,
    workflow_id: `byHand/bench/${run_id}`,
    agent: null,
    agent_run: null,
    step: null,
    of: null,
    parent: null,
    generation: 0,
    attempt: 1,
    exec: 'workflow',
    final: false,
    payload: { workflow: 'byHand', agents: [], status: 'completed', summary: '', execution_time_ms: 0 },
  } as unknown as NewEvent;
}
