import type { TailEvent } from './user-tails.ts';

/**
 * Leaves out thoughts that a later thought of the same execution has overtaken. Everything else stays: an end, a tool
 * call or an approval is never left out.
 */
export function coalesceThoughts(events: TailEvent[]): TailEvent[] {
  const latest = new Map<string, TailEvent>();
  for (const one of events) {
    const { type, workflow_id, exec } = one.event;
    if (type === 'agent_thinking') latest.set(`${workflow_id} ${exec}`, one);
  }
  return events.filter((one) => {
    const { type, workflow_id, exec } = one.event;
    return type !== 'agent_thinking' || latest.get(`${workflow_id} ${exec}`) === one;
  });
}
