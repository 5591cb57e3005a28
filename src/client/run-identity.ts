import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { BatonError } from '../contracts/baton-error.ts';
import { durationFault, ifGiven } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import { userContextSchema, type UserContext } from '../contracts/user-context.ts';
import { refuseOtherThanJson } from './refuse-unsendable.ts';

export type StartOptions = {
  /** Idempotency key of the caller: the same request again is the same run. */
  requestId?: string;
  /** Conversation the run belongs to. @default the run's id */
  threadId?: string;
  /** @default a hash of user and request, or random without a request id */
  runId?: string;
  /** Free map for the agents; never published. */
  metadata?: Record<string, unknown>;
  /** Deadline of the whole run in milliseconds, at most 366 days. @default 3600000 */
  timeoutMs?: number;
};

const OPTIONS: OptionNames<StartOptions> = {
  requestId: true,
  threadId: true,
  runId: true,
  metadata: true,
  timeoutMs: true,
};

function derivedRunId(user: string, requestId: string): string {
  // JSON keeps ("a", "bc") and ("ab", "c") apart.
  return createHash('sha256')
    .update(JSON.stringify([user, requestId]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * Takes a caller's options on entry, before anything is waited for: what it does with its metadata afterwards is its own
 * affair.
 *
 * @throws BatonError `InvalidInput` naming an unknown option, what in the metadata is not JSON, or a deadline that is out of its range
 */
export function copiedOptions(given: StartOptions = {}): StartOptions {
  const unusable = optionsFault(given, OPTIONS);
  if (unusable) throw new BatonError('InvalidInput', `the options of a start ${unusable}`);
  const { metadata = {}, ...options } = given;
  const fault = ifGiven(options.timeoutMs, durationFault);
  if (fault) throw new BatonError('InvalidInput', `timeoutMs ${fault}`);
  refuseOtherThanJson('metadata', metadata, 'the run');
  return { ...options, metadata: structuredClone(metadata) };
}

/**
 * Makes the user context of a new run.
 *
 * @throws BatonError `InvalidInput` naming every id that is empty, too long or a placeholder
 */
export function runIdentity(user: string, { requestId, threadId, runId, metadata = {} }: StartOptions): UserContext {
  const run_id = runId ?? (requestId === undefined ? randomUUID() : derivedRunId(user, requestId));
  const parsed = userContextSchema.safeParse({
    user_id: user,
    thread_id: threadId ?? run_id,
    run_id,
    request_id: requestId ?? run_id,
    metadata,
  });
  if (parsed.success) return parsed.data;
  throw new BatonError('InvalidInput', `the run's identity is refused:\n${z.prettifyError(parsed.error)}`);
}
