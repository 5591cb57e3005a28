import type { NewEvent } from '../../src/contracts/event.ts';
import { EVENT_SCHEMA_VERSION } from '../../src/contracts/names.ts';

type About = { type: string; run_id: string; n?: number; agent?: string; exec?: string; payload?: object };

const NOTHING = { workflow: 'byHand', agents: [], status: 'completed', summary: '', execution_time_ms: 0 };

/** An event of a run, or of one of its agents, as the log takes it; its identity is made of its type and the run. */
export function runEvent({ type, run_id, n = 0, agent, exec = 'workflow', payload = NOTHING }: About): NewEvent {
  return {
    schema_version: EVENT_SCHEMA_VERSION,
    id: `${run_id}:${agent ?? ''}${type}:${n}`,
    type,
    at: new Date().toISOString(),
    user_id: 'bench',
    thread_id: run_id,
    run_id,
    request_id: run_id,
    workflow_id: `byHand/bench/${run_id}`,
    agent: agent ?? null,
    agent_run: agent ?? null,
    step: null,
    of: null,
    parent: null,
    generation: 0,
    attempt: 1,
    exec,
    final: false,
    payload,
  } as unknown as NewEvent;
}
