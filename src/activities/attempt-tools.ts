import type { AnyAgent, Logger, Tools } from '../agents/define-agent.ts';
import type { AgentLimits, EffectAnswer } from '../contracts/agent-call.ts';
import type { Dependencies } from './dependencies.ts';
import { createEffectCalls, type CallingAttempt } from './effect-calls.ts';
import type { EventEmitter } from './event-emitter.ts';
import { createRateTurn } from './rate-turn.ts';
import { createToolDispatcher } from './tool-dispatcher.ts';

type Options = {
  agent: AnyAgent;
  attempt: CallingAttempt;
  call: { limits: Pick<AgentLimits, 'local'> };
  answers?: readonly EffectAnswer[];
  emitter: EventEmitter;
  signal: AbortSignal;
  idempotencyKey: string;
  log: Logger;
};

/**
 * Makes `ctx.tools` of one attempt from what its tools need of the shared stores. An attempt that is not the first one
 * shuts the ones before it out: one of them may still be at work on a machine that was taken for lost.
 */
export async function attemptTools(options: Options, { effects, leases }: Dependencies) {
  const { agent, attempt, call, answers = [], emitter, signal, idempotencyKey, log } = options;
  const tools = (agent.tools ?? {}) as Tools;
  const changes = Object.values(tools).some((tool) => tool.effect !== 'none');
  // A local agent is attempt 1 again after its worker was lost.
  const isFirst = attempt.order.attempt === 1 && !call.limits.local;
  if (changes && !isFirst) await effects?.fence(attempt);
  return createToolDispatcher({
    tools,
    emitter,
    signal,
    idempotencyKey,
    effectCall: effects && createEffectCalls({ ledger: effects, attempt, answers, signal, log }),
    rateTurn: leases && createRateTurn({ leases, signal, endsAt: attempt.endsAt }),
  });
}
