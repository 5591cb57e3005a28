import type { NewEvent } from '../contracts/event.ts';
import { AGENT_END_TYPES, type AgentEndType } from '../contracts/names.ts';
import { placeOfEvent, skeletonEvents, type FeedSkeleton, type SkeletonAgent } from './feed-skeleton.ts';
import { startOf, type HistoryJson } from './history-json.ts';

/** The Temporal runs whose events a history tells of, oldest first: a run that was reset has those before the reset. */
function runsOf(history: HistoryJson): string[] {
  const resets = history.events.flatMap(({ workflowTaskFailedEventAttributes: failed }) => [
    ...(failed?.baseRunId ? [failed.baseRunId] : []),
    ...(failed?.newRunId ? [failed.newRunId] : []),
  ]);
  return [...new Set([startOf(history).originalExecutionRunId, ...resets])];
}

/** The workflow's own events in their order. What came after the point to which a run was reset was told again. */
function workflowEvents(events: readonly NewEvent[], runIds: readonly string[]): NewEvent[] {
  let kept: { place: number; event: NewEvent }[] = [];
  for (const runId of runIds) {
    const own = events.flatMap((event) => {
      const place = placeOfEvent(event, [runId]);
      return place === undefined ? [] : [{ place, event }];
    });
    const from = Math.min(...own.map(({ place }) => place));
    kept = [...kept.filter(({ place }) => place < from), ...own];
  }
  return kept.sort((a, b) => a.place - b.place).map(({ event }) => event);
}

/** Number of the activity whose attempt made an event; undefined of an event that no activity made. */
function activityOf({ id, workflow_id }: NewEvent, runIds: readonly string[]): number | undefined {
  const [, runId = '', activity] = /^:([^:]+):(\d+):[^:]+:\d+$/.exec(id.slice(workflow_id.length)) ?? [];
  return runIds.includes(runId) ? Number(activity) : undefined;
}

const isEnd = ({ type }: NewEvent) => (AGENT_END_TYPES as readonly string[]).includes(type);

/**
 * What the log has of a run: what its user saw. `events` may be those of other parts and generations as well. Undefined
 * where the log has forgotten, or never got, the first of them.
 */
export function seenFeed(events: readonly NewEvent[], history: HistoryJson): FeedSkeleton | undefined {
  const runIds = runsOf(history);
  const own = workflowEvents(events, runIds);
  if (!own[0] || placeOfEvent(own[0], runIds) !== 1) return undefined;
  const agents = new Map<string, SkeletonAgent & { place: number; final: boolean }>();
  for (const event of events) {
    const { agent_run, agent, step, of, parent } = event;
    const place = activityOf(event, runIds) ?? (own.includes(event) ? Infinity : undefined);
    if (agent_run === null || place === undefined) continue;
    const known = agents.get(agent_run);
    const isNew = isEnd(event) && (event.final || !known?.final);
    const ended = isNew
      ? { end: event.type as AgentEndType, attempts: event.attempt, final: event.final }
      : { end: known?.end ?? null, attempts: known?.attempts ?? null, final: known?.final ?? false };
    const seen = { agent_run, agent: agent ?? '', step, of, parent };
    agents.set(agent_run, { ...seen, ...ended, place: Math.min(known?.place ?? Infinity, place) });
  }
  const inOrder = [...agents.values()].sort((a, b) => a.place - b.place || 0);
  return {
    events: skeletonEvents(own),
    agents: inOrder.map(({ place: _place, final: _final, ...agent }) => agent),
  };
}
