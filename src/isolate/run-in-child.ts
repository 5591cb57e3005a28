import type { AgentContext } from '../agents/define-agent.ts';
import type { Isolation } from '../agents/isolation-of.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { createCallAnswerer } from './answer-calls.ts';
import type { Child } from './fork-child.ts';
import type { FromChild } from './messages.ts';
import { packFailure, unpackFailure } from './sent-failure.ts';

/** How long an agent's process may go on after it was told to stop, in milliseconds; then it is killed. */
const GRACE_MS = 1_000;

/** Most of what an agent printed at once that goes to the log, in characters. */
const MAX_PRINTED = 4_000;

type Options = { child: Child; run: number; isolation: Isolation; input: unknown; ctx: AgentContext };

/** `thrown` instead of a throw, because either way the process is then free, unless it is `worn`. */
export type ChildEnd = { result?: unknown; thrown?: { error: unknown }; worn: boolean };

function split(ctx: AgentContext) {
  const { signal: _signal, tools: _tools, log: _log, think: _think, ...rest } = ctx;
  const entries = Object.entries(rest);
  const isMethod = ([, value]: [string, unknown]) => typeof value === 'function';
  return {
    data: Object.fromEntries(entries.filter((entry) => !isMethod(entry))),
    methods: entries.filter(isMethod).map(([name]) => name),
  };
}

function sendRun({ child, run, isolation: { module, agent }, input, ctx }: Options) {
  try {
    child.send({ kind: 'run', run, module, agent, input, ...split(ctx) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `agent ${agent}: its input cannot be sent to its process: ${reason}; use plain data`;
    throw new BatonError('InvalidInput', message, { cause });
  }
}

/**
 * Runs one agent in a child process, with `ctx` behind messages: tools run here.
 *
 * @throws BatonError `OutOfMemory` or `AgentFailed` if the process died, `InvalidInput` if the input cannot be sent
 */
export async function runInChild(options: Options): Promise<ChildEnd> {
  const { child, run, isolation, ctx } = options;
  const { promise, resolve, reject } = Promise.withResolvers<ChildEnd>();
  const calls = createCallAnswerer({ run, ctx, send: child.send });
  let grace: NodeJS.Timeout | undefined;

  function onMessage(message: FromChild) {
    if (message.run !== run) return;
    if (message.kind === 'think') ctx.think(message.reasoning, { progress: message.progress });
    else if (message.kind === 'log') ctx.log[message.level](message.message, message.fields);
    else if (message.kind === 'call') void calls.answer(message);
    else if (message.kind === 'result') resolve({ result: message.result, worn: message.worn });
    else {
      const { failure, worn } = message;
      const error = calls.handedOut(failure.ref) ?? unpackFailure(failure);
      resolve({ thrown: { error }, worn: worn || failure.type === 'OutOfMemory' });
    }
  }

  function onOutput(stream: 'stdout' | 'stderr', text: string) {
    const said = { stream, text: text.slice(0, MAX_PRINTED) };
    ctx.log[stream === 'stderr' ? 'warn' : 'info'](`isolated agent ${isolation.agent} printed`, said);
  }

  function stop() {
    child.send({ kind: 'abort', run, reason: packFailure(ctx.signal.reason) });
    grace = setTimeout(() => void child.kill(), GRACE_MS);
  }

  const off = child.listen({ onMessage, onOutput, onDeath: reject });
  ctx.signal.addEventListener('abort', stop, { once: true });
  try {
    sendRun(options);
    if (ctx.signal.aborted) stop();
    return await promise;
  } finally {
    off();
    clearTimeout(grace);
    ctx.signal.removeEventListener('abort', stop);
  }
}
