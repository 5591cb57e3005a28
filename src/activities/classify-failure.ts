import { z } from 'zod';
import type { UnknownEffect } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { FailureType } from '../contracts/names.ts';
import { thrownField, thrownMessage, thrownStack } from '../contracts/thrown-message.ts';
import { boundedWait, retryAfterOf } from './retry-after.ts';

/** Deepest chain of causes that is reported. */
const MAX_CAUSES = 5;

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

export type ClassifiedFailure = {
  type: FailureType;
  message: string;
  retryAfterMs?: number;
  effect?: UnknownEffect;
  /** Where it was thrown: for developers and operators, never for the run's user. */
  stack?: string;
  /** The causes, outermost first. */
  causes: { message: string; stack?: string }[];
};

/** Not every kind looks no further than the prototype: zod's own check reads a field. */
function isOf<T>(thrown: unknown, kind: abstract new (...args: never) => T): thrown is T {
  try {
    return thrown instanceof kind;
  } catch {
    return false;
  }
}

/** AI SDK's error of all attempts keeps the last one's under a name of its own. */
const causeOf = (thrown: unknown) => thrownField(thrown, 'cause') ?? thrownField(thrown, 'lastError');

function chainOf(thrown: unknown): unknown[] {
  const chain = [thrown];
  for (let cause = causeOf(thrown); cause != null && chain.length <= MAX_CAUSES; cause = causeOf(cause)) {
    if (chain.includes(cause)) break;
    chain.push(cause);
  }
  return chain;
}

/** By the name that the clients of services give to the status of an answer. */
function isTooMany(link: unknown): boolean {
  const answers = [link, thrownField(link, 'response')];
  const statuses = answers.flatMap((answer) => [thrownField(answer, 'status'), thrownField(answer, 'statusCode')]);
  return [...statuses, thrownField(thrownField(link, '$metadata'), 'httpStatusCode')].includes(429);
}

function typeOf(chain: unknown[]): FailureType {
  for (const link of chain) {
    const code = thrownField(link, 'code');
    if (isOf(link, BatonError)) return link.type;
    if (isOf(link, z.ZodError)) return 'InvalidInput';
    if (typeof code === 'string' && NETWORK_CODES.has(code)) return 'NetworkError';
    if (isTooMany(link)) return 'RateLimited';
    if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ERR_MEMORY_ALLOCATION_FAILED') return 'OutOfMemory';
    if (/^(Array buffer allocation failed|Invalid (string|array|typed array) length)/.test(thrownMessage(link))) {
      return 'OutOfMemory';
    }
  }
  return 'AgentFailed';
}

/**
 * Says of anything an agent may throw what kind of failure it is. The one place where that is decided; whether a kind
 * is retried is decided in `isRetried`.
 */
export function classifyFailure(thrown: unknown): ClassifiedFailure {
  const chain = chainOf(thrown);
  const known = chain.find((link) => isOf(link, BatonError));
  const type = typeOf(chain);
  const message = thrown === undefined || thrown === null ? `the agent threw ${String(thrown)}` : thrownMessage(thrown);
  return {
    type,
    // An engine's own words, such as "Array buffer allocation failed", do not say what ran out.
    message: type === 'OutOfMemory' && !/memory/i.test(message) ? `out of memory: ${message}` : message,
    retryAfterMs: boundedWait(known?.retryAfterMs) ?? retryAfterOf(chain),
    effect: known?.effect,
    stack: thrownStack(thrown),
    causes: chain.slice(1).map((cause) => ({ message: thrownMessage(cause), stack: thrownStack(cause) })),
  };
}
