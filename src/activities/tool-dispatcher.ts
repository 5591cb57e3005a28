import { BatonError } from '../contracts/baton-error.ts';
import { notJson } from '../contracts/json-faults.ts';
import { shorten } from '../contracts/shorten.ts';
import type { Tools } from '../agents/define-agent.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import type { AttemptSecrets } from './attempt-secrets.ts';
import { classifyFailure } from './classify-failure.ts';
import type { EffectCalls } from './effect-calls.ts';
import type { EventEmitter } from './event-emitter.ts';
import { NotYet } from './not-yet.ts';
import { withTimeout } from './with-timeout.ts';

/** Longest parameters and results in an event, in bytes of JSON. */
const MAX_SHOWN_BYTES = 4_096;

/** Most values in what a tool is given or returns, which stays in this process: to walk them takes about a second. */
const MAX_VALUES = 10_000_000;

type Options = {
  tools: Tools;
  emitter: EventEmitter;
  signal: AbortSignal;
  /** Key of the agent's execution, the same on every attempt. */
  idempotencyKey: string;
  /** Makes the calls that change the world; without it there are none. */
  effectCall?: EffectCalls['effectCall'];
  /** Waits for a call's turn under its tool's rate limit. */
  rateTurn?: (tool: AnyTool) => Promise<void>;
  /** Ends the attempt because a call must wait for longer than it lasts. */
  postpone: (reason: NotYet) => void;
  /** What the attempt must not show. */
  secrets: AttemptSecrets;
};

type Call = { tool: AnyTool; callId: string; rawInput: unknown; onStart: (fromReceipt: boolean) => void };

function parseInput(tool: AnyTool, rawInput: unknown): unknown {
  // As it was given: it is what the ledger and the feed hold, and what is given again after a restart.
  const faults = notJson(rawInput, ['input'], { most: MAX_VALUES });
  if (faults) throw new BatonError('InvalidInput', `tool ${tool.name}: its input is not JSON: ${faults}`);
  const input = tool.input.safeParse(rawInput);
  if (input.success) return input.data;
  throw new BatonError('InvalidInput', `tool ${tool.name}: input refused: ${input.error.message}`);
}

function parseOutput(tool: AnyTool, raw: unknown): unknown {
  const output = tool.output.safeParse(raw);
  if (!output.success) {
    const what = `output does not match its schema: ${output.error.message}`;
    throw new BatonError('InvalidOutput', `tool ${tool.name}: ${what}`);
  }
  // What its ledger holds of the call is what the tool returned, so that both must be JSON.
  const faults =
    notJson(output.data, ['output'], { most: MAX_VALUES }) ??
    (tool.effect === 'none' ? undefined : notJson(raw, ['output']));
  if (faults) throw new BatonError('InvalidOutput', `tool ${tool.name}: its output is not JSON: ${faults}`);
  return output.data;
}

/**
 * Makes `ctx.tools`: each call is checked, told to the user as one `tool_executing` and one `tool_completed`, limited
 * in time and rate, made as often as its effect allows, and fails by a named type.
 */
export function createToolDispatcher(options: Options) {
  const { tools, emitter, signal, idempotencyKey, effectCall, rateTurn, postpone, secrets } = options;
  const calls = new Map<string, number>();

  function callIdOf(name: string): string {
    const occurrence = (calls.get(name) ?? 0) + 1;
    calls.set(name, occurrence);
    return `${name}-${occurrence}`;
  }

  function shownOf(value: unknown, of: Parameters<AttemptSecrets['hide']>[1]): unknown {
    return shorten(secrets.redact(secrets.hide(value, of)), MAX_SHOWN_BYTES);
  }

  async function runTool({ tool, callId, rawInput, onStart }: Call) {
    const input = parseInput(tool, rawInput);
    signal.throwIfAborted();
    if (tool.effect !== 'none') {
      if (!effectCall) throw new TypeError(`tool ${tool.name}: effect '${tool.effect}' needs the effect ledger`);
      await rateTurn?.(tool);
      const { raw, fromReceipt } = await effectCall({ tool, callId, rawInput, input, onStart });
      return { result: parseOutput(tool, raw), fromReceipt };
    }
    onStart(false);
    await rateTurn?.(tool);
    const raw = await withTimeout(tool, signal, (limited) =>
      tool.run(input, { signal: limited, idempotencyKey: `${idempotencyKey}/${callId}` }),
    );
    return { result: parseOutput(tool, raw), fromReceipt: false };
  }

  async function dispatch(tool: AnyTool, rawInput: unknown): Promise<unknown> {
    // A call after the agent's end is never answered: a refusal that nobody handles would end the whole worker.
    if (!emitter.isOpen()) return new Promise(() => undefined);
    const call = { tool_name: tool.name, call_id: callIdOf(tool.name) };
    const startedAt = performance.now();
    let told = false;

    function onStart(fromReceipt: boolean) {
      if (told) return;
      told = true;
      const parameters = shownOf(rawInput, { schema: tool.input, io: 'input' });
      emitter.emit('tool_executing', { ...call, parameters, ...(fromReceipt && { from_receipt: true }) });
    }

    try {
      const { result, fromReceipt } = await runTool({ tool, callId: call.call_id, rawInput, onStart });
      const execution_time_ms = Math.round(performance.now() - startedAt);
      const shown = shownOf(result, { schema: tool.output, io: 'output' });
      const completed = { ...call, success: true, result: shown, execution_time_ms };
      emitter.emit('tool_completed', { ...completed, ...(fromReceipt && { from_receipt: true }) });
      return result;
    } catch (thrown) {
      const isPutOff = thrown instanceof NotYet && !signal.aborted;
      if (isPutOff) postpone(thrown);
      // Never settles: the call has neither happened nor failed, and the agent must not take it for a failure of its tool.
      if (isPutOff && !told) return new Promise(() => undefined);
      const { type, message } = classifyFailure(thrown);
      const error = { type: type === 'AgentFailed' ? ('ToolFailed' as const) : type, message };
      const execution_time_ms = Math.round(performance.now() - startedAt);
      onStart(false);
      emitter.emit('tool_completed', { ...call, success: false, error, execution_time_ms });
      if (isPutOff) return new Promise(() => undefined);
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
