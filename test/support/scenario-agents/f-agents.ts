import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, type AgentContext, type AnyAgent } from '../../../src/agents/define-agent.ts';

const output = z.object({
  success: z.boolean(),
  agent_name: z.string(),
  execution_count: z.int(),
  failure_mode: z.string(),
  recovered: z.boolean(),
  timestamp: z.iso.datetime(),
});
type Result = z.output<typeof output>;
type Fail = (agent: string, ctx: AgentContext) => unknown;
type Limits = Pick<AnyAgent, 'timeoutMs' | 'heartbeatTimeoutMs' | 'retry'>;

/** An agent of set F: a thought and 100 ms of work; then it fails in its own way, or thinks again and returns. */
function fAgent<const Name extends string>(name: Name, mode: string, fail: Fail, limits: Limits = {}) {
  return defineAgent({
    name,
    input: z.unknown(),
    output,
    ...limits,
    async run(_input, ctx) {
      ctx.think(`${name} begins`, { progress: 20 });
      await sleep(100);
      const returned = await fail(name, ctx);
      // An agent in JavaScript may return what its types do not allow.
      if (returned !== WORKS) return returned as Result;
      ctx.think(`${name} is done`, { progress: 90 });
      const execution_count = ctx.attempt;
      const recovered = execution_count > 1;
      const timestamp = new Date().toISOString();
      return { success: true, agent_name: name, execution_count, failure_mode: mode, recovered, timestamp };
    },
  });
}

const WORKS = Symbol('works');

/** A connection to a port where nobody listens any more. */
async function connectInVain(): Promise<never> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  throw new Error('somebody listened');
}

function failsUntil(attempt: number): Fail {
  return (agent, ctx) => {
    if (ctx.attempt < attempt) throw new Error(`Intermittent failure in ${agent}, attempt ${ctx.attempt}`);
    return WORKS;
  };
}

export const immediateFail = (limits: Limits = {}) =>
  fAgent(
    'immediate_fail',
    'immediate',
    (agent) => {
      throw new Error(`Immediate failure in ${agent}`);
    },
    limits,
  );

/** Hears no signal, as a library may not. */
export const timeoutAgent = (limits: Limits, onAbort: () => void = () => undefined) =>
  fAgent(
    'timeout_agent',
    'timeout',
    async (_agent, { signal }) => {
      signal.addEventListener('abort', onAbort);
      await sleep(10_000, undefined, { ref: false });
      return WORKS;
    },
    limits,
  );

export const silentFail = (returned: null | undefined | object = undefined, name = 'silent_fail') =>
  fAgent(name, 'silent', () => returned);

export const invalidResponse = fAgent('invalid_response', 'invalid', () => 'a bare string');

export const partialFail = (limits: Limits = {}) =>
  fAgent(
    'partial_fail',
    'partial',
    async (agent, { think }) => {
      await sleep(50);
      think(`${agent} has a part`, { progress: 50 });
      throw new Error(`Partial failure in ${agent}`);
    },
    limits,
  );

/** In V8's own words; before it really says so it collects all garbage, which holds up the process for a second. */
export const memoryFail = fAgent('memory_fail', 'memory', () => {
  throw new RangeError('Array buffer allocation failed');
});

export const networkFail = (limits: Limits = {}) =>
  fAgent(
    'network_fail',
    'network',
    (agent) =>
      connectInVain().catch((cause: unknown) => {
        throw new Error(`network connection of ${agent} failed`, { cause });
      }),
    limits,
  );

export const intermittent = (limits: Limits = {}, name = 'intermittent') =>
  fAgent(name, 'intermittent', failsUntil(2), limits);

/** Works on its fourth attempt; its waits are 300, 600 and, by the cap, 900 ms. */
export const failsThrice = fAgent('fails_thrice', 'intermittent', failsUntil(4), {
  retry: { initialIntervalMs: 300, maxIntervalMs: 900 },
});

export const workingAgent = fAgent('working_agent', 'none', () => WORKS);
