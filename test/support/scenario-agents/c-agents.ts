import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, type AgentContext, type Tools } from '../../../src/agents/define-agent.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';

const THOUGHT_MS = 50;
const TOOL_MS = 80;

const input = z.object({ request: z.string().optional(), secret_data: z.string().optional() }).loose();
const output = z.looseObject({ agent: z.string(), recommendations: z.array(z.string()) });

function analysisTool(name: string, answer: Record<string, unknown>) {
  return defineTool({
    name,
    effect: 'none',
    input: z.looseObject({}),
    output: z.looseObject({}),
    async run() {
      await sleep(TOOL_MS);
      return answer;
    },
  });
}

/** An agent of set C: thoughts up to 50 %, tools up to 90 % with a thought about each result, and a closing thought. */
function cAgent<const Name extends string>(
  name: Name,
  { thoughts, toolCalls }: { thoughts: number; toolCalls: number },
) {
  const analyzer = analysisTool(`${name}_data_analyzer`, { insights: 5, quality: 'high', key_findings: 3 });
  const optimizer = analysisTool(`${name}_optimizer`, { strategies: 3, implementation_effort: 'medium' });
  const tools: Tools = { analyzer, optimizer };
  return defineAgent({
    name,
    input,
    output,
    tools,
    async run(_input, { think, tools: call }: AgentContext) {
      for (let n = 1; n <= thoughts; n += 1) {
        if (n > 1) await sleep(THOUGHT_MS);
        think(`${name} considers step ${n} of ${thoughts}`, { progress: (50 * n) / thoughts });
      }
      for (let n = 1; n <= toolCalls; n += 1) {
        const [key, given] =
          n === 1 ? ['analyzer', { data_source: 'user_metrics' }] : ['optimizer', { strategy: 'advanced' }];
        await call[key as string]?.(given);
        think(`${name} has the result of tool ${n}`, { progress: 50 + (40 * n) / toolCalls });
      }
      think(`${name} sums up`, { progress: 95 });
      return { agent: name, recommendations: ['model switching', 'batching', 'caching'] };
    },
  });
}

export const triage = cAgent('triage', { thoughts: 2, toolCalls: 1 });
export const dataHelper = cAgent('data_helper', { thoughts: 3, toolCalls: 2 });
export const optimization = cAgent('optimization', { thoughts: 2, toolCalls: 2 });
export const reporting = cAgent('reporting', { thoughts: 1, toolCalls: 1 });

/** Throws after its first thought. */
export const failingAgent = defineAgent({
  name: 'failing_agent',
  input,
  output,
  retry: { maxAttempts: 1 },
  run(_input, { think }) {
    think('about to fail', { progress: 10 });
    throw new Error('simulated failure of the agent');
  },
});
