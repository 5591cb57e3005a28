// Runs in an isolated agent's child process.
import type { AgentContext } from '../agents/define-agent.ts';
import { checkSendable } from './check-sendable.ts';
import type { FromChild, LogLevel, SentFailure, ToChild } from './messages.ts';
import { unpackFailure } from './sent-failure.ts';

type Call = { resolve(result: unknown): void; reject(error: unknown): void };
type Run = Extract<ToChild, { kind: 'run' }>;

const LEVELS: LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Longest thought or line of a log that is sent, in characters; the worker cuts thoughts shorter still. */
const MAX_TEXT = 4_000;

/** Builds the `ctx` of one run out of messages: tools and questions are answered by the worker. */
export function childContext({ run, data, methods }: Run, send: (message: FromChild) => void) {
  const controller = new AbortController();
  const calls = new Map<number, Call>();
  let last = 0;

  async function call(of: 'tools' | 'ctx', name: string, args: unknown[]): Promise<unknown> {
    checkSendable(args, of === 'tools' ? `the input of tool ${name}` : `what ctx.${name} was given`, 'InvalidInput');
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    last += 1;
    calls.set(last, { resolve, reject });
    send({ kind: 'call', run, call: last, of, name, args });
    return promise;
  }

  const tools = new Proxy({} as Record<string, (input: unknown) => Promise<unknown>>, {
    get(_target, name) {
      // `await ctx.tools` and console.log ask for these; they are not calls of a tool.
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined;
      return (input: unknown) => call('tools', name, [input]);
    },
  });

  function sendLog(level: LogLevel, message: unknown, fields?: object) {
    const line = { kind: 'log', run, level, message: String(message).slice(0, MAX_TEXT) } as const;
    try {
      checkSendable(fields, 'the fields of a log line', 'AgentFailed');
      send({ ...line, fields });
    } catch (error) {
      // A line that cannot be sent whole must not fail the agent.
      send({ ...line, fields: { dropped: String(error) } });
    }
  }

  const ctx = {
    ...data,
    ...Object.fromEntries(methods.map((name) => [name, (...args: unknown[]) => call('ctx', name, args)])),
    signal: controller.signal,
    tools,
    log: Object.fromEntries(
      LEVELS.map((level) => [level, (message: string, fields?: object) => sendLog(level, message, fields)]),
    ),
    think: (reasoning: string, { progress }: { progress?: number } = {}) =>
      send({ kind: 'think', run, reasoning: String(reasoning).slice(0, MAX_TEXT), progress }),
  } as unknown as AgentContext;

  return {
    ctx,
    abort: (reason: SentFailure) => controller.abort(unpackFailure(reason)),
    answer({ call: id, result, failure }: Extract<ToChild, { kind: 'answer' }>) {
      const waiting = calls.get(id);
      calls.delete(id);
      if (failure) waiting?.reject(unpackFailure(failure));
      else waiting?.resolve(result);
    },
  };
}
