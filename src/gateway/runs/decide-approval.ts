import { BatonError } from '../../contracts/baton-error.ts';
import type { DecisionMessage } from '../../contracts/run-messages.ts';
import { Problem } from '../problem.ts';
import type { LocatedRun } from './locate-run.ts';

/**
 * Takes a decision of a user on a run.
 *
 * @throws Problem `not_found`, `invalid_input`, or `already_decided` with the first decision
 */
export async function decideApproval({ handle }: LocatedRun, message: DecisionMessage): Promise<DecisionMessage> {
  try {
    return await handle.decide(message);
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    const { code, message: detail, details } = error;
    if (code === 'already_decided') throw new Problem({ code, detail, extra: details });
    if (code === 'not_asked') throw new Problem({ code: 'not_found', detail });
    if (code !== 'no_such_option') throw error;
    throw new Problem({ code: 'invalid_input', detail, errors: [{ path: '/decision', message: detail }] });
  }
}
