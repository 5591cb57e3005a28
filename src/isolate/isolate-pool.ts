import { availableParallelism } from 'node:os';
import type { AgentContext, AnyAgent } from '../agents/define-agent.ts';
import { isolationOf, type Isolation } from '../agents/isolation-of.ts';
import { forkChild, type Child } from './fork-child.ts';
import { runInChild, type ChildEnd } from './run-in-child.ts';

/** An idle child ends after this long, in milliseconds. */
const IDLE_MS = 30_000;

/** Most idle children of one worker: each holds some 100 MB. */
const MAX_IDLE = Math.max(4, availableParallelism());

type Idle = { key: string; child: Child; timer: NodeJS.Timeout };

/** Runs an agent, in a child process if it is isolated. */
export type RunAgent = (agent: AnyAgent, input: unknown, ctx: AgentContext) => Promise<unknown>;

/**
 * Runs agents, those with `isolate` in child processes. A child serves one agent, one run at a time, and is used again
 * unless it was told to stop, died or holds much memory.
 */
export function createIsolatePool() {
  const children = new Set<Child>();
  const idle: Idle[] = [];
  let runs = 0;
  let closed = false;

  async function end(child: Child) {
    await child.kill();
    children.delete(child);
  }

  function take(key: string, isolation: Isolation): Child {
    for (;;) {
      const index = idle.findLastIndex((entry) => entry.key === key);
      const [found] = index < 0 ? [] : idle.splice(index, 1);
      if (!found) break;
      clearTimeout(found.timer);
      if (found.child.alive()) return found.child;
      void end(found.child);
    }
    const child = forkChild(isolation);
    children.add(child);
    return child;
  }

  function keep(key: string, child: Child) {
    const entry: Idle = { key, child, timer: setTimeout(() => drop(entry), IDLE_MS).unref() };
    idle.push(entry);
    const [oldest] = idle;
    if (idle.length > MAX_IDLE && oldest) drop(oldest);
  }

  function drop(entry: Idle) {
    clearTimeout(entry.timer);
    idle.splice(idle.indexOf(entry), 1);
    void end(entry.child);
  }

  async function run(agent: AnyAgent, input: unknown, ctx: AgentContext): Promise<unknown> {
    const isolation = isolationOf(agent);
    if (!isolation) return agent.run(input, ctx);
    ctx.signal.throwIfAborted();
    if (closed) throw new Error(`agent ${agent.name}: its worker has shut down`);
    const key = JSON.stringify(isolation);
    const child = take(key, isolation);
    runs += 1;
    let ended: ChildEnd | undefined;
    try {
      ended = await runInChild({ child, run: runs, isolation, input, ctx });
    } finally {
      // What goes on in a process after it was told to stop, nobody knows.
      if (ended && !ended.worn && !ctx.signal.aborted && !closed) keep(key, child);
      else void end(child);
    }
    if (ended.thrown) throw ended.thrown.error;
    return ended.result;
  }

  return {
    run: run satisfies RunAgent as RunAgent,
    /** Ends all children. Resolves when their processes are gone. */
    async close(): Promise<void> {
      closed = true;
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      await Promise.all([...children].map(end));
    },
  };
}
