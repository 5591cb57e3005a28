import {
  defaultGrpcRetryOptions,
  isRetryableError,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';

/**
 * How long Temporal may take to answer a call, in milliseconds, all attempts together. Without a limit a server that
 * hangs holds its callers for more than a minute each, and some for ever.
 */
export const CALL_TIMEOUT_MS = 10_000;

/** The same of one attempt of the call that waits for a run's end; the server itself ends each after about 20 s. */
const LONG_POLL_TIMEOUT_MS = 30_000;

const LONG_POLL = /\/GetWorkflowExecutionHistory$/;

/** Longest wait before a call is tried again, in milliseconds: during a longer one the deadline would pass. */
const MAX_RETRY_WAIT_MS = 1_000;

/** Codes of gRPC. */
const [CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE] = [1, 4, 14];

type Interceptors = NonNullable<ConnectionOptions['interceptors']>;
type Interceptor = Interceptors[number];
type Call = ReturnType<Interceptor>;

/** Whoever waits for a run's end waits through an outage of the server too, unless the caller has set a deadline. */
const isPatient: (options: Parameters<Interceptor>[0]) => boolean = ({ deadline, method_definition }) =>
  deadline === undefined && LONG_POLL.test(method_definition.path);

/** A call on a connection that is closed. The driver throws there, in a timer if the call was to be tried again. */
function cancelledCall(): Call {
  const call: Partial<Call> = {
    start(metadata, listener) {
      setImmediate(() => {
        listener?.onReceiveMessage?.(null);
        listener?.onReceiveStatus?.({ code: CANCELLED, details: 'the connection was closed', metadata });
      });
    },
    sendMessage: () => undefined,
    sendMessageWithContext: () => undefined,
    startRead: () => undefined,
    halfClose: () => undefined,
    cancelWithStatus: () => undefined,
    getPeer: () => 'closed',
  };
  return call as Call;
}

/**
 * Interceptors that give every call of a connection a deadline and try it again until then. A caller that has set its
 * own by `withDeadline` keeps it. A call that was not answered in time fails with the code `DEADLINE_EXCEEDED`, one of a
 * connection that was closed with `CANCELLED`.
 */
export function callInterceptors(timeoutMs = CALL_TIMEOUT_MS): Interceptors {
  const backoff = defaultGrpcRetryOptions({ maxIntervalMs: () => MAX_RETRY_WAIT_MS });
  const ordinary = makeGrpcRetryInterceptor(backoff);
  const patient = makeGrpcRetryInterceptor({
    ...backoff,
    retryableDecider: (_attempt, status) =>
      status.code === UNAVAILABLE || status.code === DEADLINE_EXCEEDED || isRetryableError(status),
  });

  const withDeadline: Interceptor = (options, nextCall) => {
    if (isPatient(options)) return nextCall(options) as Call;
    return nextCall({ ...options, deadline: options.deadline ?? Date.now() + timeoutMs }) as Call;
  };
  const withRetry: Interceptor = (options, nextCall) => (isPatient(options) ? patient : ordinary)(options, nextCall);
  const lastly: Interceptor = (options, nextCall) => {
    try {
      return nextCall({ ...options, deadline: options.deadline ?? Date.now() + LONG_POLL_TIMEOUT_MS }) as Call;
    } catch {
      return cancelledCall();
    }
  };
  return [withDeadline, withRetry, lastly];
}
