import type { FoldedAgent } from '../../feed/folded.ts';

/** The last items whose JSON fits into so many bytes, and what is left of them. */
function newest<Item>(items: readonly Item[], bytes: number): { kept: Item[]; left: number } {
  let left = bytes;
  const tooFar = items.findLastIndex((item) => {
    left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return left < 0;
  });
  return { kept: items.slice(tooFar + 1), left: Math.max(0, left) };
}

/**
 * Agents with as many of their latest thoughts and calls as fit into `bytes` of JSON, of which each agent has the same
 * share. What is left out is counted in `thoughts_total` and `tools_total`, and is in the run's events.
 */
export function boundedAgents(agents: readonly FoldedAgent[], bytes: number): FoldedAgent[] {
  const share = Math.floor(bytes / Math.max(1, agents.length));
  return agents.map((agent) => {
    const tools = newest(agent.tools, share / 2);
    const thoughts = newest(agent.thoughts, share / 2 + tools.left);
    return { ...agent, tools: tools.kept, thoughts: thoughts.kept };
  });
}
