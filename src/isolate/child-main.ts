// Main of an isolated agent's child process: runs one agent at a time, as its worker tells it.
import { extname } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { checkSendable } from './check-sendable.ts';
import { childContext } from './child-context.ts';
import { findAgent } from './find-agent.ts';
import type { FromChild, ToChild } from './messages.ts';
import { packFailure } from './sent-failure.ts';

const MB = 1024 ** 2;

// A terminal or a service manager signals the whole group. Whether the agent goes on is for the worker to say, which
// may give it time; without these the agent would be reported as crashed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const [heapMb = 0, residentMb = 0, parent = 0] = process.argv.slice(2, 5).map(Number);
const watchdog = new URL(`./child-watchdog${extname(import.meta.url)}`, import.meta.url);
new Worker(watchdog, { workerData: { residentMb, parent, marker: process.argv[5] } }).unref();
const atStart = process.memoryUsage.rss();

let current: { run: number; context: ReturnType<typeof childContext> } | undefined;

function send(message: FromChild) {
  if (process.connected) process.send?.(message);
}

/** Half of what a run may have is taken before it begins: garbage, a leak, or caches; a fresh process costs less. */
function isWorn(): boolean {
  const room = residentMb * MB - atStart;
  return process.memoryUsage.rss() - atStart > room / 2 || getHeapStatistics().used_heap_size > (heapMb * MB) / 2;
}

async function work(message: Extract<ToChild, { kind: 'run' }>) {
  const { run } = message;
  const context = childContext(message, send);
  current = { run, context };
  try {
    const agent = await findAgent(message.module, message.agent);
    const result: unknown = await agent.run(message.input, context.ctx);
    checkSendable(result, 'the result', 'InvalidOutput');
    send({ kind: 'result', run, result, worn: isWorn() });
  } catch (thrown) {
    send({ kind: 'failed', run, failure: packFailure(thrown), worn: isWorn() });
  }
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'run') void work(message);
  else if (message.run !== current?.run) return;
  else if (message.kind === 'abort') current.context.abort(message.reason);
  else current.context.answer(message);
});
// The worker is gone: nobody is left to hear of the agent.
process.on('disconnect', () => process.exit());
