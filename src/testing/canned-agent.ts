import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { AgentContext, AnyAgent } from '../agents/define-agent.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { Failure } from '../contracts/failure.ts';
import { checkGiven, durationFault, MAX_WAIT_MS } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';

type Said = {
  /** What the agent tells its user first. */
  thoughts?: string[];
  /** How long it works, in milliseconds; a cancel or its limit ends it earlier. @default 0 */
  delayMs?: number;
};

/** What a canned agent does when it is called: gives a result or fails. */
export type CannedAnswer<Agent extends AnyAgent = AnyAgent> =
  | (Said & { result: z.input<Agent['output']>; error?: undefined })
  /** Text is a failure `AgentFailed`; a failure as data has a type of its own; an error is thrown as it is. */
  | (Said & { error: string | Failure | Error; result?: undefined });

const NAMES: OptionNames<CannedAnswer> = { thoughts: true, delayMs: true, result: true, error: true };

/** An agent that was given answers by `cannedAgent`. */
export type CannedAgent<Agent extends AnyAgent = AnyAgent> = Agent & { readonly canned: true };

function toError(error: string | Failure | Error): Error {
  if (error instanceof Error) return error;
  return typeof error === 'string' ? new BatonError('AgentFailed', error) : new BatonError(error.type, error.message);
}

async function give({ thoughts = [], delayMs = 0, ...answer }: CannedAnswer, ctx: AgentContext): Promise<unknown> {
  for (const thought of thoughts) ctx.think(thought);
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: ctx.signal });
  if (answer.error !== undefined) throw toError(answer.error);
  return answer.result;
}

/**
 * The same agent to everybody else, its name, schemas and limits, but with answers instead of its code: one for each
 * call, an attempt after a failure included, the last one for all calls that follow. What it gives is checked by the
 * agent's schemas like any result. It never runs in a process of its own.
 *
 * @throws TypeError without an answer, or where a delay is out of its range
 */
export function cannedAgent<Agent extends AnyAgent>(
  agent: Agent,
  answers: CannedAnswer<Agent> | readonly CannedAnswer<Agent>[],
): CannedAgent<Agent> {
  const left = [answers].flat() as CannedAnswer[];
  for (const answer of left) {
    checkGiven(`canned agent ${agent.name}: `, { 'an answer': optionsFault(answer, NAMES) });
    const { delayMs = 0 } = answer;
    checkGiven(`canned agent ${agent.name}: `, { delayMs: durationFault(delayMs, { least: 0, most: MAX_WAIT_MS }) });
  }
  if (left.length === 0) throw new TypeError(`canned agent ${agent.name}: give at least one answer`);
  const next = () => (left.length > 1 ? left.shift() : left[0]) as CannedAnswer;
  const run = (_input: unknown, ctx: AgentContext) => give(next(), ctx);
  return { ...agent, isolate: undefined, run, canned: true };
}
