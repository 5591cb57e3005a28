import { z } from 'zod';
import { defineAgent, type AgentContext } from '../../src/agents/define-agent.ts';
import { defineTool } from '../../src/tools/define-tool.ts';

const module = import.meta.url;
const nothing = z.object({});
const withPid = z.object({ pid: z.number() });

/** Fills its heap. */
export const heapHog = defineAgent({
  name: 'heap_hog',
  input: nothing,
  output: nothing,
  isolate: { module, heapMb: 32 },
  run(_input, { think }) {
    think('Filling the heap');
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(10_000).fill(kept.length));
  },
});

/** Fills buffers, which are outside the heap. */
export const bufferHog = defineAgent({
  name: 'buffer_hog',
  input: nothing,
  output: nothing,
  isolate: { module, heapMb: 64, residentMb: 200 },
  run(_input, { think }) {
    think('Filling buffers');
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(1024 ** 2, 1));
  },
});

/** Says its process, then computes for a while without ever giving way. */
export const spinner = defineAgent({
  name: 'spinner',
  input: z.object({ ms: z.number() }),
  output: withPid,
  isolate: { module, heapMb: 64 },
  run({ ms }, { think }) {
    think(String(process.pid));
    for (const end = performance.now() + ms; performance.now() < end;);
    return { pid: process.pid };
  },
});

/** Says which process it runs in, by a result or by an error. */
export const pidTeller = defineAgent({
  name: 'pid_teller',
  input: z.object({ fail: z.boolean().optional() }),
  output: withPid,
  isolate: { module, heapMb: 64 },
  run({ fail }) {
    if (fail) throw new Error(String(process.pid));
    return { pid: process.pid };
  },
});

/** Leaves behind what throws later, or takes longer than that. */
export const leaver = defineAgent({
  name: 'leaver',
  input: z.object({ leave: z.boolean() }),
  output: withPid,
  isolate: { module, heapMb: 64 },
  async run({ leave }) {
    if (leave) {
      setTimeout(() => {
        throw new Error('left behind');
      }, 100);
      setTimeout(() => void Promise.reject(new Error('left behind')), 150);
    } else await new Promise((resolve) => setTimeout(resolve, 300));
    return { pid: process.pid };
  },
});

/** Ends its own process, or fails, as it is told. */
export const crasher = defineAgent({
  name: 'crasher',
  input: z.object({ how: z.enum(['exit', 'segv', 'throw', 'reject', 'function', 'tool', 'large']) }),
  output: z.any(),
  tools: {},
  retry: { maxAttempts: 1 },
  isolate: { module, heapMb: 64 },
  async run({ how }, { tools }) {
    if (how === 'exit') process.exit(3);
    if (how === 'segv') process.kill(process.pid, 'SIGSEGV');
    if (how === 'throw') throw new TypeError('thrown in the process', { cause: new Error('the cause') });
    if (how === 'reject') void Promise.reject(new RangeError('nobody caught this'));
    if (how === 'function') return { run: () => 1 };
    if (how === 'tool') return (tools as AgentContext['tools']).any?.({ run: () => 1 });
    if (how === 'large') return { text: 'x'.repeat(33 * 1024 ** 2) };
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    return {};
  },
});

/** Its input becomes something that no other process can be given. */
export const closure = defineAgent({
  name: 'closure',
  input: z.object({ n: z.number() }).transform(({ n }) => ({ get: () => n })),
  output: z.object({ n: z.number() }),
  isolate: { module, heapMb: 64 },
  run: ({ get }) => ({ n: get() }),
});

const tools = {
  add: defineTool({
    name: 'add',
    input: z.object({ a: z.number(), b: z.number() }),
    output: z.object({ sum: z.number(), pid: z.number() }),
    effect: 'none',
    run: ({ a, b }) => ({ sum: a + b, pid: process.pid }),
  }),
  fail: defineTool({
    name: 'fail',
    input: nothing,
    output: nothing,
    effect: 'none',
    run() {
      throw new Error('the tool is broken');
    },
  }),
};

const talks = {
  input: z.object({ ask: z.boolean() }),
  output: z.object({ sum: z.number(), said: z.string(), user: z.string(), decision: z.string(), toolPid: z.number() }),
  tools,
  async run({ ask }: { ask: boolean }, ctx: AgentContext<typeof tools>) {
    const { think, tools, context, log, attempt, idempotencyKey } = ctx;
    if (attempt !== 1 || !idempotencyKey) throw new Error('the context is incomplete');
    think('Adding', { progress: 20 });
    const { sum, pid: toolPid } = await tools.add({ a: 2, b: 3 });
    const said = await tools
      .fail({})
      .then(String, (error: Error & { type?: string }) => `${error.type}: ${error.message}`);
    log.info('added', { sum, odd: () => 1 });
    const decision = ask ? (await ctx.ask({ question: `Is ${sum} right?` })).decision : 'none';
    think('Added', { progress: 90 });
    return { sum, said, user: context.user_id, decision, toolPid };
  },
};

/** The same agent inside the worker and in a process of its own. */
export const talker = defineAgent({ name: 'talker', ...talks });
export const isolatedTalker = defineAgent({ name: 'isolated_talker', ...talks, isolate: { module, heapMb: 64 } });

/** Thinks faster than anybody can write down. */
export const babbler = defineAgent({
  name: 'babbler',
  input: z.object({ thoughts: z.number() }),
  output: nothing,
  isolate: { module, heapMb: 128 },
  async run({ thoughts }, { think }) {
    for (let n = 1; n <= thoughts; n += 1) {
      think(`Thought ${n}`);
      if (n % 500 === 0) await new Promise(setImmediate);
    }
    return {};
  },
});

let payments = 0;
const pay = defineTool({
  name: 'pay',
  input: z.object({ cents: z.number() }),
  output: z.object({ payment: z.number() }),
  effect: 'idempotent',
  run: () => ({ payment: (payments += 1) }),
});

/** Pays, and fails behind that on its first attempt. */
export const payer = defineAgent({
  name: 'payer',
  input: nothing,
  output: z.object({ payment: z.number() }),
  tools: { pay },
  retry: { initialIntervalMs: 10 },
  isolate: { module, heapMb: 64 },
  async run(_input, { tools, attempt }) {
    const paid = await tools.pay({ cents: 100 });
    if (attempt === 1) throw new Error('failed after the payment');
    return paid;
  },
});

export const METERED = { calls: 1, perMs: 5_000 };

/** Uses a tool of which there is one call in a time that is longer than the agent's own limit. */
export const metered = defineAgent({
  name: 'metered',
  input: nothing,
  output: nothing,
  tools: {
    rare: defineTool({
      name: 'rare',
      input: nothing,
      output: nothing,
      effect: 'none',
      rateLimit: METERED,
      run: () => ({}),
    }),
  },
  timeoutMs: 3_000,
  isolate: { module, heapMb: 64 },
  run: (_input, { tools }) => tools.rare({}),
});

/** Stops when it is told to. */
export const listener = defineAgent({
  name: 'listener',
  input: nothing,
  output: nothing,
  isolate: { module, heapMb: 64 },
  async run(_input, { signal, think }) {
    think(String(process.pid));
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    return {};
  },
});

export const isolatedAgents = [
  heapHog,
  bufferHog,
  spinner,
  pidTeller,
  crasher,
  closure,
  babbler,
  payer,
  metered,
  talker,
  isolatedTalker,
  listener,
] as const;
