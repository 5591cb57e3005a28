import type { EventEmitter } from './event-emitter.ts';

/** Longest thought in characters. */
const MAX_THOUGHT = 2_000;

/** Makes `ctx.think`: numbers the thoughts of an attempt from 1 and never lets its progress fall. */
export function createThink(emitter: EventEmitter) {
  let step_number = 0;
  let reached = 0;
  return (reasoning: string, { progress = reached }: { progress?: number } = {}): void => {
    step_number += 1;
    reached = Math.max(reached, Math.min(100, Number.isFinite(progress) ? progress : reached));
    const text = String(reasoning).slice(0, MAX_THOUGHT).toWellFormed();
    emitter.emit('agent_thinking', { reasoning: text, step_number, progress_percentage: reached });
  };
}
