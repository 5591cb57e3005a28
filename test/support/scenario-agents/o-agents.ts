import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, type AgentContext, type AnyAgent } from '../../../src/agents/define-agent.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';

export const oInput = z.looseObject({ request: z.string().optional() });
export const oOutput = z.looseObject({
  agent: z.string(),
  analysis: z.looseObject({ analysis_complete: z.boolean() }),
});

export function ownTool(agent: string, workMs: number) {
  return defineTool({
    name: `${agent}_analysis_tool`,
    effect: 'none',
    input: z.object({ analysis_type: z.string() }),
    output: z.object({ analysis_complete: z.boolean(), insights: z.array(z.string()) }),
    async run() {
      await sleep(workMs / 2);
      return { analysis_complete: true, insights: [`what ${agent} found out`] };
    },
  });
}

type OwnTools = { analyse: ReturnType<typeof ownTool> };

/** What every agent of set O does: a thought, work that hears no signal, a call of its own tool, a thought. */
export async function work(agent: string, workMs: number, { think, tools }: AgentContext<OwnTools>) {
  think(`${agent} begins`, { progress: 20 });
  await sleep(workMs);
  const analysis = await tools.analyse({ analysis_type: 'standard' });
  think(`${agent} is done`, { progress: 90 });
  return { agent, analysis };
}

type Limits = Pick<AnyAgent, 'timeoutMs' | 'concurrency'>;
type Options = Limits & { onAbort?: () => void };

/** An agent of set O that works for so long, and half as long in its tool. */
export function oAgent<const Name extends string>(name: Name, workMs: number, { onAbort, ...limits }: Options = {}) {
  return defineAgent({
    name,
    input: oInput,
    output: oOutput,
    tools: { analyse: ownTool(name, workMs) },
    ...limits,
    run(_input, ctx) {
      if (onAbort) ctx.signal.addEventListener('abort', onAbort);
      return work(name, workMs, ctx);
    },
  });
}

export const triage = oAgent('triage', 50);
export const dataHelper = oAgent('data_helper', 100);
export const optimization = oAgent('optimization', 150);
export const reporting = oAgent('reporting', 50);
