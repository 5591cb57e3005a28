import type { z } from 'zod';

/**
 * What a call does to the world. `none` reads only; `idempotent` may be repeated with the same `idempotencyKey`;
 * `once` must never happen twice.
 */
export type ToolEffect = 'none' | 'idempotent' | 'once';

export type ToolCall = {
  /** Aborted when the agent is cancelled or out of time, or the tool itself is. */
  signal: AbortSignal;
  /** The same for every attempt of the same call in the same run. */
  idempotencyKey: string;
};

export type ToolDefinition<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> = {
  name: Name;
  input: Input;
  output: Output;
  effect: ToolEffect;
  /** Limit of one call in milliseconds; without one, the agent's own limit is the only one. */
  timeoutMs?: number;
  /** At most this many calls in any `perMs` milliseconds, over all users and workers. @default no limit */
  rateLimit?: { calls: number; perMs: number };
  run(input: z.output<Input>, call: ToolCall): z.input<Output> | Promise<z.input<Output>>;
  /** After a crash: was the call done? A receipt, or that it did not happen, or that nobody can tell. */
  reconcile?(
    input: z.output<Input>,
    call: ToolCall,
  ): Promise<{ done: z.input<Output> } | 'not_done' | 'unknown'> | { done: z.input<Output> } | 'not_done' | 'unknown';
  /** Undoes the call when the run fails later. Must accept that the call may not have happened. */
  compensate?(input: z.output<Input>, receipt: z.output<Output>, call: ToolCall): unknown;
};

/** Any tool. Input and output are contravariant in places, so only `any` accepts them all. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyTool = ToolDefinition<string, any, any>;

/**
 * Defines a tool: a function with checked input and output that an agent calls through `ctx.tools`, so that the user
 * sees the call and the engine knows its effect.
 *
 * @throws TypeError if the rate limit is not made of positive numbers, or a tool without an effect has one to undo
 */
export function defineTool<const Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  definition: ToolDefinition<Name, Input, Output>,
): ToolDefinition<Name, Input, Output> {
  const { name, effect, rateLimit, compensate } = definition;
  if (rateLimit && !(Number.isInteger(rateLimit.calls) && rateLimit.calls > 0 && rateLimit.perMs > 0)) {
    throw new TypeError(`tool ${name}: rateLimit needs a positive whole number of calls and a positive perMs`);
  }
  if (effect === 'none' && compensate) {
    throw new TypeError(`tool ${name}: effect 'none' leaves nothing to compensate; say 'idempotent' or 'once'`);
  }
  return definition;
}
