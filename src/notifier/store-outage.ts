import { BatonError } from '../contracts/baton-error.ts';
import { isUnavailable, LOG_UNAVAILABLE } from '../contracts/unavailable.ts';

/**
 * Code words of Redis that mean "not now" or "elsewhere now". They begin a reply; in one that a script passes on they
 * stand in the middle.
 */
const REPLIES =
  /(?:^|[\s:-])(?:READONLY|OOM|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOAUTH|WRONGPASS|NOPERM|NOREPLICAS|MISCONF|BUSY|DENIED|UNKILLABLE)\b|max number of clients/;

/** What the driver of Redis says when no answer came, by the names and by the words of its errors. */
const NO_ANSWER_NAMES = ['AbortError', 'MaxRetriesPerRequestError', 'ClusterAllFailedError'];
const NO_ANSWER =
  /^Command timed out|^Connection is closed|^Socket timeout|^Stream isn't writeable|Ready check failed|Too many Cluster redirections|startup nodes|refresh slots cache|sentinels are unreachable/;

/** Of the network, and of the disk. */
const SYSTEM_CODES =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ENOTFOUND|EAI_AGAIN|ENOSPC|EIO|EROFS|EDQUOT|EMFILE|ENFILE)$/;

/** BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: an operator mends the last one too. */
const SQLITE_CODES = [5, 6, 7, 8, 10, 11, 13, 14, 15, 26];

/** Whether this error of a driver or of the system means that the store cannot answer now, and may later. */
export function meansOutage(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return SQLITE_CODES.includes(errcode & 0xff);
  if (error.name === 'ReplyError') return REPLIES.test(error.message);
  if (typeof code === 'string' && SYSTEM_CODES.test(code)) return true;
  return NO_ANSWER_NAMES.includes(error.name) || NO_ANSWER.test(error.message);
}

/** The error of a store that cannot answer now. `store` is its name as it may be shown. */
export function unavailable(store: string, why: string, cause?: unknown): BatonError {
  const message = `the event log ${store} does not answer now: ${why}`;
  return new BatonError('NetworkError', message, { code: LOG_UNAVAILABLE, cause });
}

type Named = {
  /** The store's name as it may be shown. */
  store: string;
  /** What the last lost connection was lost for, where the error of the call does not say it. */
  lastCause?: () => string | undefined;
};

/** The error of a store that cannot answer now, if this is what the error of its driver means; undefined if not. */
export function outageOf(error: unknown, { store, lastCause = () => undefined }: Named): BatonError | undefined {
  if (error instanceof BatonError && isUnavailable(error)) return error;
  if (!meansOutage(error)) return undefined;
  const { message } = error;
  const cause = lastCause();
  return unavailable(store, cause === undefined || message.includes(cause) ? message : `${message} (${cause})`, error);
}

type Options = Named & {
  /** Hears of every call that the store could not answer. */
  onOutage: (error: BatonError) => void;
  /** Called before each call; throws if the store is known to be gone. */
  verify?: () => void;
};

type Call = (...args: unknown[]) => unknown;

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * Makes the parts of a store fail with `log_unavailable` wherever the store cannot answer now. Every other error stays
 * what it is.
 */
export function outageGuard({ onOutage, verify = () => undefined, ...named }: Options) {
  function translate(error: unknown): unknown {
    const outage = outageOf(error, named);
    if (outage) onOutage(outage);
    return outage ?? error;
  }

  async function* translated(items: AsyncIterable<unknown>) {
    try {
      yield* items;
    } catch (error) {
      throw translate(error);
    }
  }

  function failed(error: unknown): Promise<never> {
    return Promise.reject(translate(error));
  }

  function guarded(call: Call): Call {
    return (...args) => {
      try {
        verify();
      } catch (error) {
        return failed(error);
      }
      const given = call(...args);
      if (isIterable(given)) return translated(given);
      return given instanceof Promise ? given.catch(failed) : given;
    };
  }

  /** The same part of the store; closing it is left as it is. */
  return function guard<Part extends object>(part: Part): Part {
    const entries = Object.entries(part).map(([name, value]) => {
      const isCall = typeof value === 'function' && name !== 'close';
      return [name, isCall ? guarded(value as Call) : value];
    });
    return Object.fromEntries(entries) as Part;
  };
}
