import type { AnyAgent, Logger, Tools } from '../agents/define-agent.ts';
import type { EffectAnswer } from '../contracts/agent-call.ts';
import type { Dependencies } from './dependencies.ts';
import type { AttemptSecrets } from './attempt-secrets.ts';
import { openEffectCalls, type CallingAttempt } from './effect-calls.ts';
import type { EventEmitter } from './event-emitter.ts';
import type { NotYet } from './not-yet.ts';
import type { Patience } from './patience.ts';
import { createRateTurn } from './rate-turn.ts';
import { createToolDispatcher } from './tool-dispatcher.ts';

type Options = {
  agent: AnyAgent;
  attempt: CallingAttempt;
  answers?: readonly EffectAnswer[];
  emitter: EventEmitter;
  signal: AbortSignal;
  idempotencyKey: string;
  patience: Patience;
  /** The attempt must end, and another one follow. */
  postpone: (reason: NotYet) => void;
  log: Logger;
  secrets: AttemptSecrets;
};

/**
 * Makes `ctx.tools` of one attempt from what its tools need of the shared stores. With tools that change something the
 * ledger is opened first, which shuts earlier attempts out: one of them may still be at work on a machine that was taken
 * for lost.
 *
 * @throws NotYet while the ledger is down: nothing of the agent has run then
 */
export async function attemptTools(options: Options, { effects, leases }: Dependencies) {
  const { agent, attempt, answers = [], emitter, signal, idempotencyKey, patience, postpone, log, secrets } = options;
  const tools = (agent.tools ?? {}) as Tools;
  const changes = Object.values(tools).some((tool) => tool.effect !== 'none');
  const opened =
    changes &&
    effects &&
    (await openEffectCalls({ ledger: effects, attempt, answers, signal, patience, log, secrets }));
  const dispatcher = createToolDispatcher({
    tools,
    emitter,
    signal,
    idempotencyKey,
    secrets,
    postpone,
    effectCall: opened ? opened.effectCall : undefined,
    rateTurn: leases && createRateTurn({ leases, signal, endsAt: attempt.endsAt, patience }),
  });
  return { tools: dispatcher, opened: opened || undefined };
}
