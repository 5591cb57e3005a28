// Runs in an isolated agent's child process.
import { boundedLog } from '../agents/bounded-log.ts';
import type { AgentContext, Logger } from '../agents/define-agent.ts';
import { checkSendable } from './check-sendable.ts';
import { LOG_LEVELS, MAX_TEXT, type FromChild, type SentFailure, type ToChild } from './messages.ts';
import { unpackFailure } from './sent-failure.ts';

type Call = { resolve(result: unknown): void; reject(error: unknown): void };
type Run = Extract<ToChild, { kind: 'run' }>;

/** Builds the `ctx` of one run out of messages: tools and questions are answered by the worker. */
export function childContext({ run, data, methods }: Run, send: (message: FromChild) => void) {
  const controller = new AbortController();
  const calls = new Map<number, Call>();
  let last = 0;

  async function call(of: 'tools' | 'ctx', name: string, args: unknown[]): Promise<unknown> {
    if (of === 'tools')
      checkSendable(args[0], { name: 'input', what: `the input of tool ${name}`, type: 'InvalidInput' });
    else checkSendable(args, { name: 'arguments', what: `what ctx.${name} was given`, type: 'InvalidInput' });
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

  // Bounded on this side as well: lines that the worker has not read yet are kept in this process's memory.
  const log = boundedLog(
    Object.fromEntries(
      LOG_LEVELS.map((level) => [
        level,
        (message: string, fields?: object) => send({ kind: 'log', run, level, message, fields }),
      ]),
    ) as Logger,
  );

  const ctx = {
    ...data,
    ...Object.fromEntries(methods.map((name) => [name, (...args: unknown[]) => call('ctx', name, args)])),
    signal: controller.signal,
    tools,
    log,
    think: (reasoning: string, { progress }: { progress?: number } = {}) =>
      send({
        kind: 'think',
        run,
        reasoning: String(reasoning).slice(0, MAX_TEXT),
        progress: Number.isFinite(progress) ? progress : undefined,
      }),
  } as unknown as AgentContext;

  return {
    ctx,
    /** Says what was left out of the log. */
    countLog: log.count,
    abort: (reason: SentFailure) => controller.abort(unpackFailure(reason)),
    answer({ call: id, result, failure }: Extract<ToChild, { kind: 'answer' }>) {
      const waiting = calls.get(id);
      calls.delete(id);
      if (failure) waiting?.reject(unpackFailure(failure));
      else waiting?.resolve(result);
    },
  };
}
