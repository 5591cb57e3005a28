import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Isolation } from '../agents/isolation-of.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { deathOf, RESIDENT_MARKER } from './death-of.ts';
import { inheritedFlags } from './inherited-flags.ts';
import { ISOLATED_ENV } from './is-isolated.ts';
import type { FromChild, ToChild } from './messages.ts';

const MAIN = fileURLToPath(new URL(`./child-main${extname(import.meta.url)}`, import.meta.url));

/** How much of what the child wrote to stderr last is kept, in characters: V8's dump of a full heap is about 6,000. */
const MAX_TAIL = 32_000;

/** A grandchild may hold the pipes open after the child's end, so their closing is not waited for any longer than this. */
const PIPES_MS = 200;

export type Listeners = {
  onMessage(message: FromChild): void;
  /** The process has ended; what that means for its agent. */
  onDeath(error: BatonError): void;
  /** What the agent printed. */
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
};

export type Child = ReturnType<typeof forkChild>;

function spawnMain({ heapMb, residentMb }: Isolation): ChildProcess {
  const flags = [...inheritedFlags(process.execArgv), '--disable-warning=ExperimentalWarning'];
  return fork(MAIN, [heapMb, residentMb, process.pid, RESIDENT_MARKER].map(String), {
    execArgv: [...flags, `--max-old-space-size=${heapMb}`],
    env: { ...process.env, [ISOLATED_ENV]: '1' },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** Starts a child process for an agent. It ends with this process, and serves one listener at a time. */
export function forkChild(isolation: Isolation) {
  const child = spawnMain(isolation);
  let listeners: Listeners | undefined;
  let death: BatonError | undefined;
  let tail = '';

  function die(error: BatonError) {
    if (death) return;
    death = error;
    listeners?.onDeath(error);
  }

  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      if (name === 'stderr') tail = (tail + text).slice(-MAX_TAIL);
      listeners?.onOutput(name, text);
    });
  }
  child.on('message', (message) => listeners?.onMessage(message as FromChild));
  child.once('error', (cause) => {
    die(new BatonError('AgentFailed', `agent ${isolation.agent}: its process: ${cause.message}`, { cause }));
  });
  child.once('exit', (code, signal) => {
    const say = () => die(deathOf(isolation, { code, signal, stderr: tail }));
    const timer = setTimeout(say, PIPES_MS);
    child.once('close', () => {
      clearTimeout(timer);
      say();
    });
  });

  /** Whether this process goes on for the child's sake. Pipes are sockets, which their type does not say. */
  function hold(held: boolean) {
    const handles = [child, child.channel, child.stdout, child.stderr] as (Partial<Socket> | null | undefined)[];
    for (const handle of handles) {
      if (held) handle?.ref?.();
      else handle?.unref?.();
    }
  }

  return {
    /** The process has not ended and can be spoken to. */
    alive: () => child.connected && !death && child.exitCode === null && child.signalCode === null,
    send(message: ToChild) {
      // Of a child that just died `onDeath` tells; the failing send must not say it a second time.
      if (child.connected) child.send(message, () => undefined);
    },
    /** Hears the child, and keeps this process alive for it, until the returned function is called. */
    listen(own: Listeners): () => void {
      listeners = own;
      hold(true);
      if (death) own.onDeath(death);
      return () => {
        listeners = undefined;
        hold(false);
      };
    },
    /** Resolves when the process has ended, at once if it has. */
    kill(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
      child.once('exit', () => resolve());
      // Whoever waits for the end of an idle child must not end before it.
      child.ref();
      child.kill('SIGKILL');
      return promise;
    },
  };
}
