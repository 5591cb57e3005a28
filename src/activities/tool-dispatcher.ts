import { createHash } from 'node:crypto';
import { BatonError } from '../contracts/baton-error.ts';
import { shorten } from '../contracts/shorten.ts';
import type { Tools } from '../agents/define-agent.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import { classifyFailure } from './classify-failure.ts';
import type { EventEmitter } from './event-emitter.ts';

/** Longest parameters and results in an event, in bytes of JSON. */
const MAX_SHOWN_BYTES = 4_096;

type Options = {
  tools: Tools;
  emitter: EventEmitter;
  signal: AbortSignal;
  /** Key of the agent's execution, the same on every attempt; a call's own key is made from it. */
  idempotencyKey: string;
};

async function withTimeout<T>(tool: AnyTool, signal: AbortSignal, work: (signal: AbortSignal) => T | Promise<T>) {
  if (tool.timeoutMs === undefined) return work(signal);
  const limit = AbortSignal.timeout(tool.timeoutMs);
  const { promise: late, reject } = Promise.withResolvers<never>();
  limit.addEventListener('abort', () =>
    reject(new BatonError('ToolTimeout', `tool ${tool.name} timed out after ${tool.timeoutMs} ms`)),
  );
  return Promise.race([work(AbortSignal.any([signal, limit])), late]);
}

async function runTool(
  tool: AnyTool,
  rawInput: unknown,
  { signal, idempotencyKey }: Omit<Options, 'tools' | 'emitter'>,
) {
  const input = tool.input.safeParse(rawInput);
  if (!input.success) {
    throw new BatonError('InvalidInput', `tool ${tool.name}: input refused: ${input.error.message}`);
  }
  signal.throwIfAborted();
  const returned = await withTimeout(tool, signal, (limited) =>
    tool.run(input.data, { signal: limited, idempotencyKey }),
  );
  const output = tool.output.safeParse(returned);
  if (!output.success) {
    throw new BatonError(
      'InvalidOutput',
      `tool ${tool.name}: output does not match its schema: ${output.error.message}`,
    );
  }
  return output.data;
}

/**
 * Makes `ctx.tools`: each call is checked, told to the user as one `tool_executing` and one `tool_completed`, limited
 * in time, and fails by a named type.
 */
export function createToolDispatcher({ tools, emitter, signal, idempotencyKey }: Options) {
  const calls = new Map<string, number>();

  function callIdOf(name: string): string {
    const occurrence = (calls.get(name) ?? 0) + 1;
    calls.set(name, occurrence);
    return `${name}-${occurrence}`;
  }

  async function dispatch(tool: AnyTool, input: unknown): Promise<unknown> {
    const call_id = callIdOf(tool.name);
    const startedAt = performance.now();
    emitter.emit('tool_executing', { tool_name: tool.name, call_id, parameters: shorten(input, MAX_SHOWN_BYTES) });
    const told = { tool_name: tool.name, call_id };
    const key = createHash('sha256').update(`${idempotencyKey}:${call_id}`).digest('hex').slice(0, 32);
    try {
      const result = await runTool(tool, input, { signal, idempotencyKey: key });
      const execution_time_ms = Math.round(performance.now() - startedAt);
      const shown = shorten(result, MAX_SHOWN_BYTES);
      emitter.emit('tool_completed', { ...told, success: true, result: shown, execution_time_ms });
      return result;
    } catch (thrown) {
      const { type, message } = classifyFailure(thrown);
      const error = { type: type === 'AgentFailed' ? ('ToolFailed' as const) : type, message };
      const execution_time_ms = Math.round(performance.now() - startedAt);
      emitter.emit('tool_completed', { ...told, success: false, error, execution_time_ms });
      if (signal.aborted || thrown instanceof BatonError) throw thrown;
      throw new BatonError(error.type, `tool ${tool.name}: ${message}`, { cause: thrown });
    }
  }

  return new Proxy({} as Record<string, (input: unknown) => Promise<unknown>>, {
    get(_target, name) {
      // `await ctx.tools` and console.log ask for these; they are not calls of a tool.
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined;
      const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
      if (tool) return (input: unknown) => dispatch(tool, input);
      const known = Object.keys(tools).join(', ') || 'none';
      throw new BatonError('ToolFailed', `unknown tool "${name}"; this agent lists: ${known}`);
    },
  });
}
