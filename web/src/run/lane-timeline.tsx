import type { FoldedAgent } from '../../../src/feed/folded.ts';

const WIDTH = 1000;
const HEIGHT = 10;
/** Calls drawn, the latest: more than there are points to tell them apart would only slow the page down. */
const CALLS = 300;

/** When the agent worked within the run, with its tool calls darker: hand-overs show as one bar ending where the next begins. */
export function LaneTimeline({ agent, from, to }: { agent: FoldedAgent; from: number; to: number }) {
  if (agent.started_at === null) return <svg class="timeline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />;
  const scale = WIDTH / Math.max(1, to - from);
  const place = (iso: string) => Math.max(0, Date.parse(iso) - from) * scale;
  const x = place(agent.started_at);
  const end = agent.ended_at === null ? WIDTH : place(agent.ended_at);
  return (
    <svg class="timeline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x={0} y={4} width={WIDTH} height={2} />
      <rect class="work" x={x} y={1} width={Math.max(3, end - x)} height={8} rx={2} />
      {agent.tools.slice(-CALLS).map(({ call_id, started_at, execution_time_ms }) => (
        <rect
          key={call_id}
          class="tool"
          x={place(started_at)}
          y={1}
          height={8}
          width={
            execution_time_ms === null ? Math.max(2, end - place(started_at)) : Math.max(2, execution_time_ms * scale)
          }
        />
      ))}
    </svg>
  );
}
