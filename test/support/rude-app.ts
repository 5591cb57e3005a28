// An app that does to its processes whatever foreign code may do.
import { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';

const nothing = z.object({});
const withPid = z.object({ pid: z.number() });
const isolate = { module: import.meta.url, heapMb: 64 };
const retry = { maxAttempts: 1 };

// In a process of the command line, what keeps it up for ever unless it ends by itself.
if (process.argv[1]?.endsWith('baton.mjs')) {
  setInterval(() => undefined, 1_000);
  createServer().listen(0, '127.0.0.1');
}

/** Does nothing wrong. */
const polite = defineAgent({
  name: 'polite',
  input: nothing,
  output: withPid,
  run: () => ({ pid: process.pid }),
});

/** Takes its time. */
const slow = defineAgent({
  name: 'slow',
  input: z.object({ ms: z.number() }),
  output: withPid,
  async run({ ms }) {
    await sleep(ms);
    return { pid: process.pid };
  },
});

/** Leaves behind what fails where nobody catches it. */
const stray = defineAgent({
  name: 'stray',
  input: nothing,
  output: withPid,
  async run(_input, { signal }) {
    void Promise.reject(new Error('stray rejection'));
    setTimeout(() => {
      throw new Error('stray timer');
    });
    setImmediate(() => new EventEmitter().emit('error', new Error('stray emitter')));
    signal.addEventListener('abort', () => {
      throw new Error('stray listener');
    });
    await sleep(50);
    return { pid: process.pid };
  },
});

const frameOf = (message: unknown) => {
  const body = serialize(message);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
};

/** What an isolated agent says to its worker past the engine. */
export const GARBAGE: Record<string, () => unknown> = {
  null: () => process.send?.(null),
  text: () => process.send?.('ready'),
  level: () => process.send?.({ kind: 'log', run: 1, level: 'constructor', message: 'x' }),
  bytes: () => writeSync(3, 'GARBAGE GARBAGE'),
  frame: () => writeSync(3, frameOf(null)),
  method: () => {
    const forged = { kind: 'call', call: 1, of: 'ctx', name: '__proto__', args: [] };
    for (let run = 1; run < 100; run += 1) writeSync(3, frameOf({ ...forged, run }));
  },
  huge: () => writeSync(3, Buffer.from([0xff, 0xff, 0xff, 0xff])),
};

const garbler = defineAgent({
  name: 'garbler',
  input: z.object({ what: z.string() }),
  output: withPid,
  retry,
  isolate,
  async run({ what }) {
    GARBAGE[what]?.();
    await sleep(300);
    return { pid: process.pid };
  },
});

/** Prints as fast as it can, and logs likewise. */
const chatterbox = defineAgent({
  name: 'chatterbox',
  input: z.object({ rounds: z.number() }),
  output: withPid,
  isolate,
  async run({ rounds }, { log }) {
    const text = `${'x'.repeat(16_000)}\n`;
    for (let round = 0; round < rounds; round += 1) {
      for (let n = 0; n < 100; n += 1) process.stdout.write(text);
      for (let n = 0; n < 100; n += 1) log.info('y'.repeat(2_000));
      await new Promise((resolve) => process.stdout.write('', resolve));
      // Whoever reads the worker's log gets to it: what a reader is too slow for is lost, the counts with it.
      await sleep(10);
    }
    return { pid: process.pid };
  },
});

/** Does not stop when it is told to. */
const deaf = defineAgent({
  name: 'deaf',
  input: nothing,
  output: nothing,
  async run() {
    await sleep(600_000);
    return {};
  },
});

/** Never gives way, in a process of its own. */
const spinning = defineAgent({
  name: 'spinning',
  input: nothing,
  output: nothing,
  isolate,
  run() {
    for (;;);
  },
});

/** Never gives way inside its worker. */
const blocking = defineAgent({
  name: 'blocking',
  input: nothing,
  output: nothing,
  async run(_input, { think }) {
    think('The last thing that is heard of this process');
    await sleep(500);
    for (;;);
  },
});

export default defineApp({
  agents: [polite, slow, stray, garbler, chatterbox, deaf, spinning, blocking],
  workflows: new URL('./rude-workflows.ts', import.meta.url),
});
