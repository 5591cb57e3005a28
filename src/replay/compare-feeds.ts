import { diffLines, type LineChange } from './diff-lines.ts';
import { skeletonLines, type FeedSkeleton } from './feed-skeleton.ts';

/**
 * Where what a user saw differs from what the code as it is would show: `-` was seen, `+` is told now. Of a run that has
 * not ended, and of an agent that did not end in the history, the log may know more: that is no difference.
 */
export function compareFeeds(
  { seen, now }: { seen: FeedSkeleton; now: FeedSkeleton },
  { open }: { open: boolean },
): LineChange[] {
  const unended = new Set(now.agents.filter(({ end }) => end === null).map(({ agent_run }) => agent_run));
  const agents = seen.agents
    .filter(({ agent_run }) => !open || now.agents.some((agent) => agent.agent_run === agent_run))
    .map((agent) => (unended.has(agent.agent_run) ? { ...agent, end: null, attempts: null } : agent));
  const length = open ? Math.min(seen.events.length, now.events.length) : undefined;
  const before = skeletonLines({ agents, events: seen.events.slice(0, length) });
  const after = skeletonLines({ ...now, events: now.events.slice(0, length) });
  return [...diffLines(before.agents, after.agents), ...diffLines(before.events, after.events)];
}
