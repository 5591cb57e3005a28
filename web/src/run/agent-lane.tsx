import type { FoldedAgent } from '../../../src/feed/folded.ts';
import { AGENT_MARKS, duration } from '../words.ts';
import { AgentDetails } from './agent-details.tsx';
import { LaneTimeline } from './lane-timeline.tsx';

function latest({ state, thoughts, error, next_attempt_in_ms, skipped }: FoldedAgent): string {
  if (state === 'retrying') return `Tries again in ${duration(next_attempt_in_ms ?? 0)}: ${error?.message ?? ''}`;
  if (skipped !== null) return skipped;
  if (error) return `${error.type}: ${error.message}`;
  return thoughts.at(-1)?.reasoning ?? '';
}

function elapsed({ started_at, ended_at, execution_time_ms }: FoldedAgent, to: number): string {
  if (started_at === null) return '';
  const end = ended_at === null ? to : Date.parse(ended_at);
  return duration(execution_time_ms ?? Math.max(0, end - Date.parse(started_at)));
}

/** One agent: state, progress, what it says now, where it stands in the run's time, and everything it did. */
export function AgentLane({ agent, from, to }: { agent: FoldedAgent; from: number; to: number }) {
  const [mark, word] = AGENT_MARKS[agent.state];
  const tool = agent.tools.findLast(({ state }) => state === 'running');
  const name = agent.step ?? agent.agent;
  return (
    <li class={`lane ${agent.state}`}>
      <div class="lane-head">
        <span class="mark" aria-hidden="true">
          {mark}
        </span>
        <strong>{name}</strong>
        {agent.step && agent.step !== agent.agent && <span class="hint">{agent.agent}</span>}
        <span class="state">
          {word}
          {agent.attempt > 1 && `, attempt ${agent.attempt}`}
        </span>
        <span class="time">{elapsed(agent, to)}</span>
      </div>
      <progress max={100} value={agent.progress} aria-label={`Progress of ${name}`} />
      <LaneTimeline agent={agent} from={from} to={to} />
      <p class="latest">
        {tool && <code>{tool.tool_name}</code>} {latest(agent)}
      </p>
      {agent.thoughts.length + agent.tools.length > 0 && <AgentDetails agent={agent} />}
    </li>
  );
}
