import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, type AgentContext } from '../../../src/agents/define-agent.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';
import { oInput, oOutput, ownTool, work } from './o-agents.ts';

const WORK_MS = 50;
const toolResult = z.object({ result: z.string(), tool_used: z.boolean(), execution_time: z.number() });
const output = oOutput.extend({ tool_result: toolResult });

/** `tool_agent` of set O, and two that go wrong. `calls` are those that reached the tool. */
export function toolAgents() {
  const calls: string[] = [];
  const analysisTool = defineTool({
    name: 'analysis_tool',
    effect: 'once',
    input: z.object({ data: z.string() }),
    output: toolResult,
    async run({ data }, { idempotencyKey }) {
      calls.push(idempotencyKey);
      await sleep(WORK_MS);
      return { result: `analysis of ${data}`, tool_used: true, execution_time: WORK_MS / 1_000 };
    },
  });

  function toolAgent<const Name extends string>(name: Name, afterCall: (ctx: Pick<AgentContext, 'attempt'>) => void) {
    return defineAgent({
      name,
      input: oInput,
      output,
      tools: { analysis: analysisTool, analyse: ownTool(name, WORK_MS) },
      retry: { initialIntervalMs: 50 },
      async run(_input, ctx) {
        const tool_result = await ctx.tools.analysis({ data: 'test_data' });
        afterCall(ctx);
        return { ...(await work(name, WORK_MS, ctx)), tool_result };
      },
    });
  }

  const toolAgentOnce = toolAgent('tool_agent', () => undefined);
  const failsAfterCall = toolAgent('fails_after_call', ({ attempt }) => {
    if (attempt === 1) throw new Error('failed after the call');
  });
  const asksForMore = defineAgent({
    name: 'asks_for_more',
    input: oInput,
    output,
    tools: { analysis: analysisTool },
    retry: { maxAttempts: 1 },
    async run(_input, { tools }) {
      const unlisted = tools as Record<string, (input: unknown) => Promise<unknown>>;
      return (await unlisted.crystal_ball?.({ data: 'test_data' })) as z.output<typeof output>;
    },
  });
  return { agents: [toolAgentOnce, failsAfterCall, asksForMore], calls };
}
