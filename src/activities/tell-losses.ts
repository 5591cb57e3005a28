import type { Context } from '@temporalio/activity';
import { BatonError } from '../contracts/baton-error.ts';
import { MAX_LOSSES } from '../contracts/names.ts';
import type { AttemptRecord } from './attempt-record.ts';
import type { EventEmitter } from './event-emitter.ts';
import { leaveWord } from './start-heartbeat.ts';

type Options = { agent: string; emitter: EventEmitter; record: AttemptRecord; context: Context };

/**
 * Tells of the attempt before this one if nothing was heard of it: it could not say so itself.
 *
 * @throws BatonError HeartbeatLost where too many processes have died while they ran the agent
 */
export function tellLosses({ agent, emitter, record: { earlier, lost, unheard }, context }: Options): void {
  if (lost >= MAX_LOSSES) {
    const message = `agent ${agent}: its worker died ${lost} times while running it; it is not tried again`;
    throw new BatonError('HeartbeatLost', message);
  }
  if (!unheard) return;
  earlier.losses += 1;
  leaveWord(context, earlier);
  const message = 'its worker was lost: nothing was heard of it within the heartbeat timeout';
  emitter.emit('agent_retrying', { error: { type: 'HeartbeatLost', message }, next_attempt_in_ms: 0 });
}
