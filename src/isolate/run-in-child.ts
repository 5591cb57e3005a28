import type { AgentContext } from '../agents/define-agent.ts';
import type { Isolation } from '../agents/isolation-of.ts';
import { createAllowance } from '../contracts/allowance.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { createCallAnswerer } from './answer-calls.ts';
import type { Child } from './fork-child.ts';
import type { FromChild } from './messages.ts';
import { packFailure, unpackFailure } from './sent-failure.ts';

/** How long an agent's process may go on after it was told to stop, in milliseconds; then it is killed. */
const GRACE_MS = 1_000;

/** What an agent prints goes to the log up to so much at once and then a second, in bytes; a line counts the rest. */
const PRINTED = { burst: 256 * 1024, perSecond: 32 * 1024 };

/** Longest piece of what an agent printed that goes into one line of the log, in bytes. */
const MAX_PIECE = 4_000;

/** Between two lines that count what was left out, in milliseconds. */
const COUNT_EVERY_MS = 5_000;

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

function sendRun({ child, run, isolation: { module, agent }, input }: Options, own: ReturnType<typeof split>) {
  try {
    child.send({ kind: 'run', run, module, agent, input, ...own });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `agent ${agent}: its input cannot be sent to its process: ${reason}; use plain data`;
    throw new BatonError('InvalidInput', message, { cause });
  }
}

/** Puts what an agent prints into its log, as much as the log can bear. */
function createPrinter({ isolation: { agent }, ctx: { log } }: Options) {
  const allowance = createAllowance(PRINTED);
  let leftOut = 0;
  let countedAt = performance.now();

  function count() {
    countedAt = performance.now();
    if (leftOut === 0) return;
    log.warn(`isolated agent ${agent} prints too much: ${leftOut} bytes were left out of the log`, { bytes: leftOut });
    leftOut = 0;
  }

  return {
    count,
    print(stream: 'stdout' | 'stderr', bytes: Buffer) {
      const shown = allowance.isOpen() ? Math.min(bytes.length, MAX_PIECE) : 0;
      leftOut += bytes.length - shown;
      if (shown > 0) {
        allowance.take(shown);
        const said = { stream, text: bytes.toString('utf8', 0, shown) };
        log[stream === 'stderr' ? 'warn' : 'info'](`isolated agent ${agent} printed`, said);
      }
      if (performance.now() - countedAt > COUNT_EVERY_MS) count();
    },
  };
}

/**
 * Runs one agent in a child process, with `ctx` behind messages: tools run here.
 *
 * @throws BatonError `OutOfMemory` or `AgentFailed` if the process died, `InvalidInput` if the input cannot be sent
 */
export async function runInChild(options: Options): Promise<ChildEnd> {
  const { child, run, ctx } = options;
  const { promise, resolve, reject } = Promise.withResolvers<ChildEnd>();
  const own = split(ctx);
  const calls = createCallAnswerer({ run, ctx, methods: own.methods, send: child.send });
  const printer = createPrinter(options);
  let grace: NodeJS.Timeout | undefined;

  function onMessage(message: FromChild) {
    if (message.run !== run) return;
    if (message.kind === 'think') ctx.think(message.reasoning, { progress: message.progress });
    else if (message.kind === 'log') ctx.log[message.level](message.message, message.fields);
    else if (message.kind === 'call') calls.answer(message);
    else if (message.kind === 'result') resolve({ result: message.result, worn: message.worn });
    else {
      const { failure, worn } = message;
      const error = calls.handedOut(failure.ref) ?? unpackFailure(failure);
      resolve({ thrown: { error }, worn: worn || failure.type === 'OutOfMemory' });
    }
  }

  function stop() {
    child.send({ kind: 'abort', run, reason: packFailure(ctx.signal.reason) });
    grace = setTimeout(() => void child.kill(), GRACE_MS);
  }

  const off = child.listen({ onMessage, onOutput: printer.print, onDeath: reject });
  ctx.signal.addEventListener('abort', stop, { once: true });
  try {
    sendRun(options, own);
    if (ctx.signal.aborted) stop();
    return await promise;
  } finally {
    off();
    printer.count();
    clearTimeout(grace);
    ctx.signal.removeEventListener('abort', stop);
  }
}
