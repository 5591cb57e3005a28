import type { z } from 'zod';
import { nameFault } from '../contracts/id-fault.ts';
import { functionFault, objectFault } from '../contracts/kind-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import { schemaFault } from '../contracts/schema-fault.ts';
import { checkGiven, countFault, durationFault, ifGiven } from '../contracts/number-fault.ts';

/**
 * What a call does to the world. `none` reads only; `idempotent` may be repeated with the same `idempotencyKey`;
 * `once` must never happen twice.
 */
const EFFECTS = ['none', 'idempotent', 'once'] as const;
export type ToolEffect = (typeof EFFECTS)[number];

/** Most calls of a rate limit. */
const MAX_CALLS = 1_000_000;

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
  /** Limit of one call in milliseconds, at most 366 days; without one, the agent's own limit is the only one. */
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

const OPTIONS: OptionNames<ToolDefinition> = {
  name: true,
  input: true,
  output: true,
  effect: true,
  timeoutMs: true,
  rateLimit: true,
  run: true,
  reconcile: true,
  compensate: true,
};
const RATE_OPTIONS: OptionNames<ToolDefinition['rateLimit'] & object> = { calls: true, perMs: true };

/**
 * Defines a tool: a function with checked input and output that an agent calls through `ctx.tools`, so that the user
 * sees the call and the engine knows its effect.
 *
 * @throws TypeError if its name cannot be shown, an option or its effect is unknown, a limit is out of its range, or a tool without an
 *   effect has one to undo
 */
export function defineTool<const Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  definition: ToolDefinition<Name, Input, Output>,
): ToolDefinition<Name, Input, Output> {
  checkGiven('', { 'the definition of a tool': objectFault(definition) });
  const { name, effect, timeoutMs, rateLimit, compensate, reconcile } = definition;
  const fault = nameFault(name);
  if (fault) throw new TypeError(`tool name ${JSON.stringify(name)} ${fault}`);
  if (!EFFECTS.includes(effect)) {
    throw new TypeError(`tool ${name}: effect must be one of ${EFFECTS.join(', ')}, not ${String(effect)}`);
  }
  checkGiven(`tool ${name}: `, {
    'its definition': optionsFault(definition, OPTIONS),
    run: functionFault(definition.run),
    compensate: ifGiven(compensate, functionFault),
    reconcile: ifGiven(reconcile, functionFault),
    rateLimit: ifGiven(rateLimit, (limit) => optionsFault(limit, RATE_OPTIONS)),
    input: schemaFault(definition.input),
    output: schemaFault(definition.output),
    timeoutMs: ifGiven(timeoutMs, durationFault),
    'rateLimit.calls': rateLimit && countFault(rateLimit.calls, MAX_CALLS),
    'rateLimit.perMs': rateLimit && durationFault(rateLimit.perMs),
  });
  if (effect === 'none' && compensate) {
    throw new TypeError(`tool ${name}: effect 'none' leaves nothing to compensate; say 'idempotent' or 'once'`);
  }
  return definition;
}
