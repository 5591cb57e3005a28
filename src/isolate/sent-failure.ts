import { classifyFailure } from '../activities/classify-failure.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { SentFailure } from './messages.ts';

/** Errors that came from the other side, with their numbers there. */
const received = new WeakMap<object, number>();

/** What of a thrown thing crosses a process border: its kind and its messages. */
export function packFailure(thrown: unknown, ref?: number): SentFailure {
  const known = typeof thrown === 'object' && thrown !== null ? received.get(thrown) : undefined;
  const code = thrown instanceof BatonError ? thrown.code : undefined;
  return { ...classifyFailure(thrown), code, ref: ref ?? known };
}

function withStack<Thrown extends Error>(error: Thrown, stack: string | undefined): Thrown {
  return Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
}

/** The error again, on the other side, with the stack that it had there. */
export function unpackFailure({ type, message, stack, causes, ref, ...options }: SentFailure): BatonError {
  const cause = causes.reduceRight<Error | undefined>(
    (inner, { message: text, stack: own }) => withStack(new Error(text, { cause: inner }), own),
    undefined,
  );
  const error = withStack(new BatonError(type, message, { ...options, cause }), stack);
  if (ref !== undefined) received.set(error, ref);
  return error;
}
