import { BatonError } from '../contracts/baton-error.ts';
import { isMissing } from './missing-run.ts';
import type { TemporalServer } from './temporal-server.ts';
import { toBatonError } from './to-baton-error.ts';

type Call = (...args: unknown[]) => unknown;

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

const isNotThere = (error: unknown) => isMissing(error) || (error instanceof BatonError && error.code === 'not_found');

/**
 * The same object, whose calls fail with errors of our own list only: no call can be forgotten. Before a caller hears
 * that something is not there, `vouch` is asked whether that was the word of the log's own Temporal, and if so the call is
 * made again: every call that can hear it may be repeated.
 */
export function withOwnErrors<T extends object>(target: T, server: TemporalServer, vouch?: () => Promise<void>): T {
  async function* translated(items: AsyncIterable<unknown>) {
    try {
      yield* items;
    } catch (error) {
      throw toBatonError(error, server);
    }
  }

  function wrapped(call: Call): Call {
    return (...args) => {
      const given = call(...args);
      if (isIterable(given)) return translated(given);
      if (!(given instanceof Promise)) return given;
      return given.catch(async (error: unknown) => {
        if (!vouch || !isNotThere(error)) throw toBatonError(error, server);
        try {
          await vouch();
          return await call(...args);
        } catch (again) {
          throw toBatonError(again, server);
        }
      });
    };
  }

  const entries = Reflect.ownKeys(target).map((key) => {
    const value = (target as Record<PropertyKey, unknown>)[key];
    return [key, typeof value === 'function' ? wrapped(value as Call) : value];
  });
  return Object.fromEntries(entries) as T;
}
