// Main of an isolated agent's child process: runs one agent at a time, as its worker tells it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { extname } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { checkSendable } from './check-sendable.ts';
import { childContext } from './child-context.ts';
import { findAgent } from './find-agent.ts';
import { parseToChild, type FromChild, type ToChild } from './messages.ts';
import { CHANNEL_FD, openChannel } from './open-channel.ts';
import { packFailure } from './sent-failure.ts';

const MB = 1024 ** 2;

// A terminal or a service manager signals the whole group. Whether the agent goes on is for the worker to say, which
// may give it time; without these the agent would be reported as crashed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const [heapMb = 0, residentMb = 0, parent = 0] = process.argv.slice(2, 5).map(Number);
const watchdog = new URL(`./child-watchdog${extname(import.meta.url)}`, import.meta.url);
new Worker(watchdog, { workerData: { residentMb, parent, marker: process.argv[5] } }).unref();
const atStart = process.memoryUsage.rss();

/** Number of the run whose code it is. */
const ofRun = new AsyncLocalStorage<number>();
let leftErrors = false;
let current: { run: number; context: ReturnType<typeof childContext> } | undefined;

/** Ends the process, and so the run, except for what an earlier run has left behind: the one of now is not to blame. */
function onUnhandled(error: unknown) {
  const stack = error instanceof Error ? error.stack : String(error);
  const run = ofRun.getStore();
  const isLeft = run !== undefined && run !== current?.run;
  process.stderr.write(isLeft ? `of an earlier run: ${stack}\n` : `${stack}\n`);
  leftErrors = true;
  if (!isLeft) process.exit(1);
}
process.on('uncaughtException', onUnhandled);
process.on('unhandledRejection', onUnhandled);

const pipe = new Socket({ fd: CHANNEL_FD });
// The worker is gone: nobody is left to hear of the agent.
pipe.on('close', () => process.exit());
const channel = openChannel(pipe, { onMessage: (message) => receive(parseToChild(message)), onFault: endAfter });

function endAfter(error: Error) {
  process.stderr.write(`Error: the worker sent ${error.message}\n`);
  process.exit(1);
}

const send = (message: FromChild) => channel.send(message);

/** Half of what a run may have is taken before it begins, by garbage, a leak or caches, or code of an earlier run goes on. */
function isWorn(): boolean {
  if (leftErrors) return true;
  const room = residentMb * MB - atStart;
  return process.memoryUsage.rss() - atStart > room / 2 || getHeapStatistics().used_heap_size > (heapMb * MB) / 2;
}

async function work(message: Extract<ToChild, { kind: 'run' }>) {
  const { run } = message;
  const context = childContext(message, send);
  current = { run, context };
  try {
    const agent = await findAgent(message.module, message.agent);
    const result: unknown = await ofRun.run(run, () => agent.run(message.input, context.ctx));
    checkSendable(result, { name: 'output', what: 'the result', type: 'InvalidOutput' });
    context.countLog();
    send({ kind: 'result', run, result, worn: isWorn() });
  } catch (thrown) {
    context.countLog();
    send({ kind: 'failed', run, failure: packFailure(thrown), worn: isWorn() });
  } finally {
    current = undefined;
  }
}

function receive(message: ToChild) {
  if (message.kind === 'run') void work(message);
  else if (message.run !== current?.run) return;
  else if (message.kind === 'abort') current.context.abort(message.reason);
  else current.context.answer(message);
}
