import { canonicalJson } from '../contracts/canonical-json.ts';
import type { NewEvent } from '../contracts/event.ts';
import type { AgentEndType } from '../contracts/names.ts';
import { redact } from '../contracts/redact.ts';

/** An event that the workflow itself made, without what differs from one telling of it to the next. */
export type SkeletonEvent = Pick<NewEvent, 'type' | 'agent_run' | 'step' | 'attempt' | 'payload'>;

/** One `agent_run` as its user saw it, without its thoughts and tools. */
export type SkeletonAgent = Pick<NewEvent, 'step' | 'of' | 'parent'> & {
  agent_run: string;
  agent: string;
  /** Attempts and how it ended; null where it has not, or where only somebody outside of the workflow ended it. */
  attempts: number | null;
  end: AgentEndType | null;
};

/** What a user saw of a run, as far as its workflow decides it. */
export type FeedSkeleton = {
  /** In the order in which they were made. */
  events: SkeletonEvent[];
  /** In the order in which they were scheduled; those that no worker ever took come last. */
  agents: SkeletonAgent[];
};

/** The event's place among those of its workflow's execution; undefined if that did not make it. */
export function placeOfEvent({ id }: Pick<NewEvent, 'id'>, runIds: readonly string[]): number | undefined {
  const [, runId = '', n] = /:([^:]+):workflow:(\d+)$/.exec(id) ?? [];
  return runIds.includes(runId) ? Number(n) : undefined;
}

/**
 * The skeletons of a workflow's events. Who waits for a worker is left out: the workflow cannot know, and its guess is
 * dropped where the agent was heard already.
 */
export function skeletonEvents(events: readonly NewEvent[]): SkeletonEvent[] {
  return events
    .filter(({ type }) => type !== 'agent_queued')
    .map(({ type, agent_run, step, attempt, payload }) => {
      const plain = JSON.parse(JSON.stringify(redact(payload))) as NewEvent['payload'];
      return { type, agent_run, step, attempt, payload: plain } as SkeletonEvent;
    });
}

/** A skeleton as lines to compare and to read: who, what, and with which words. */
export function skeletonLines({ events, agents }: FeedSkeleton): { events: string[]; agents: string[] } {
  const told = events.map(({ type, agent_run, step, attempt, payload }) => {
    const who = agent_run ?? (step === null ? 'run' : `step ${step}`);
    return `${who}: ${type}${attempt > 1 ? ` of attempt ${attempt}` : ''} ${canonicalJson(payload)}`;
  });
  const seen = agents.map(({ agent_run, agent, step, of, parent, attempts, end }) => {
    const place = `${step === null ? '' : `, step ${step}${of === null ? '' : ` of ${of}`}`}${parent === null ? '' : `, for ${parent}`}`;
    const ended = end === null ? 'not ended' : `${end} on attempt ${attempts}`;
    return `${agent_run}: agent ${agent}${place}, ${ended}`;
  });
  return { events: told, agents: seen };
}
