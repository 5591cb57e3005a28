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
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyTool = ToolDefinition<string, any, any>;

/**
 * Defines a tool: a function with checked input and output that an agent calls through `ctx.tools`, so that the user
 * sees the call and the engine knows its effect. Returns the definition unchanged; the call exists for its types.
 */
export function defineTool<const Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  definition: ToolDefinition<Name, Input, Output>,
): ToolDefinition<Name, Input, Output> {
  return definition;
}
