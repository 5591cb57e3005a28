import type { AgentCall } from '../contracts/agent-call.ts';
import type { NewEvent } from '../contracts/event.ts';
import { AGENT_END_TYPES, type AgentEndType } from '../contracts/names.ts';
import { activityEnds } from './activity-ends.ts';
import type { Command } from './command.ts';
import { placeOfEvent, skeletonEvents, type FeedSkeleton, type SkeletonAgent } from './feed-skeleton.ts';
import { startOf } from './history-json.ts';
import type { ReplayedHistory } from './replay-histories.ts';

type Carrying = { events?: NewEvent[]; carried?: { events?: NewEvent[] } };

/** Events that the code hands to somebody with a command. */
function eventsOf(command: Command): NewEvent[] {
  const [first] = ('args' in command ? command.args : []) as [Carrying?];
  return [...(first?.events ?? []), ...(first?.carried?.events ?? [])];
}

/** The workflow's own events in order; those that ride more than once are there once. */
function workflowEvents({ history, commands }: ReplayedHistory): NewEvent[] {
  const runIds = [startOf(history).originalExecutionRunId];
  const byPlace = new Map<number, NewEvent>();
  for (const event of commands.flatMap(eventsOf)) {
    const place = placeOfEvent(event, runIds);
    if (place !== undefined) byPlace.set(place, event);
  }
  return [...byPlace].sort(([a], [b]) => a - b).map(([, event]) => event);
}

/** The verdicts of the workflow by `agent_run`. */
function verdicts(events: readonly NewEvent[]) {
  const isVerdict = ({ final, type }: NewEvent) => final && (AGENT_END_TYPES as readonly string[]).includes(type);
  return new Map(
    events
      .filter(isVerdict)
      .map(({ agent_run, type, attempt }) => [agent_run, { end: type as AgentEndType, attempts: attempt }]),
  );
}

/**
 * What a user would see of a run if it had gone on the code as it is: the events that the code makes while the run is
 * replayed, and how its agents ended by their results in the history.
 */
export function recomputedFeed(replayed: ReplayedHistory): FeedSkeleton {
  const events = workflowEvents(replayed);
  const ends = activityEnds(replayed.history);
  const verdictOf = verdicts(events);
  const scheduled = replayed.commands.filter(({ kind }) => kind === 'activity' || kind === 'local');
  const agents = new Map<string, SkeletonAgent & { taken: boolean }>();
  for (const [index, command] of (scheduled as Extract<Command, { args: unknown[] }>[]).entries()) {
    const [{ agent_run, step = null, of = null, parent = null } = {}] = command.args as [Partial<AgentCall>?];
    if (command.name.includes('.') || agent_run === undefined) continue;
    const { started = false, claim = null } = ends.get(index + 1) ?? {};
    const { end = null, attempts = null } = verdictOf.get(agent_run) ?? claim ?? {};
    const known = agents.get(agent_run);
    const taken = started || known?.taken === true;
    agents.set(agent_run, { agent_run, agent: command.name, step, of, parent, attempts, end, taken });
  }
  const inOrder = [...agents.values()].sort((a, b) => Number(b.taken) - Number(a.taken));
  return { events: skeletonEvents(events), agents: inOrder.map(({ taken: _taken, ...agent }) => agent) };
}
