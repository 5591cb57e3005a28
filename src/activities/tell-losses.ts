import type { Context } from '@temporalio/activity';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { LOSS_ATTEMPTS } from '../contracts/names.ts';
import type { EventEmitter } from './event-emitter.ts';
import { leaveWord, lostAttempts, type HeartbeatDetails } from './start-heartbeat.ts';

type Options = {
  agent: string;
  limits: AgentLimits;
  emitter: EventEmitter;
  earlier: HeartbeatDetails;
  context: Context;
};

/**
 * Tells of the attempt before this one if its worker was lost: that one could not say so itself.
 *
 * @throws BatonError HeartbeatLost where too many were lost and the server does not bound their number
 */
export function tellLosses({ agent, limits, emitter, earlier, context }: Options): void {
  const lost = lostAttempts(context, earlier);
  // Where attempts may be put off, the server counts none; workers that die must not be fed for ever.
  if (limits.waits && lost > LOSS_ATTEMPTS) {
    throw new BatonError('HeartbeatLost', `agent ${agent}: its worker was lost ${lost} times; it is not tried again`);
  }
  if (lost <= earlier.losses) return;
  earlier.losses = lost;
  leaveWord(context, earlier);
  const message = 'its worker was lost: nothing was heard of it within the heartbeat timeout';
  emitter.emit('agent_retrying', { error: { type: 'HeartbeatLost', message }, next_attempt_in_ms: 0 });
}
