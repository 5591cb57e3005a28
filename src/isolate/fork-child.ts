import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Isolation } from '../agents/isolation-of.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { deathOf, RESIDENT_MARKER } from './death-of.ts';
import { inheritedFlags } from './inherited-flags.ts';
import { ISOLATED_ENV } from './is-isolated.ts';
import { parseFromChild, type FromChild, type ToChild } from './messages.ts';
import { CHANNEL_FD, openChannel } from './open-channel.ts';

const MAIN = fileURLToPath(new URL(`./child-main${extname(import.meta.url)}`, import.meta.url));

/** How much of what the child wrote to stderr last is kept, in bytes: V8's dump of a full heap is about 6,000. */
const MAX_TAIL = 32_000;

/**
 * A grandchild may hold the pipes open after the child's end, so their closing is not waited for any longer than this;
 * nor is the end of a child that closed its channel.
 */
const PIPES_MS = 200;

export type Listeners = {
  onMessage(message: FromChild): void;
  /** The process has ended; what that means for its agent. */
  onDeath(error: BatonError): void;
  /** What the agent printed, in pieces that may cut a character in two. */
  onOutput(stream: 'stdout' | 'stderr', bytes: Buffer): void;
};

export type Child = ReturnType<typeof forkChild>;

function spawnMain({ heapMb, residentMb }: Isolation): ChildProcess {
  const flags = [...inheritedFlags(process.execArgv), '--disable-warning=ExperimentalWarning'];
  const args = [heapMb, residentMb, process.pid, RESIDENT_MARKER].map(String);
  return spawn(process.execPath, [...flags, `--max-old-space-size=${heapMb}`, MAIN, ...args], {
    env: { ...process.env, [ISOLATED_ENV]: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
}

/** Starts a child process for an agent. It ends with this process, and serves one listener at a time. */
export function forkChild(isolation: Isolation) {
  const child = spawnMain(isolation);
  let listeners: Listeners | undefined;
  let death: BatonError | undefined;
  let tail = Buffer.alloc(0);

  function die(error: BatonError) {
    if (death) return;
    death = error;
    listeners?.onDeath(error);
  }

  /** Whatever it sent is no reason to trust it with another run. */
  function blame(what: string) {
    die(new BatonError('AgentFailed', `agent ${isolation.agent}: its process ${what}`));
    child.kill('SIGKILL');
  }

  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (bytes: Buffer) => {
      if (name === 'stderr') tail = Buffer.concat([tail, bytes]).subarray(-MAX_TAIL);
      listeners?.onOutput(name, bytes);
    });
    child[name]?.on('error', () => undefined);
  }
  const pipe = child.stdio[CHANNEL_FD] as Socket;
  const channel = openChannel(pipe, {
    onMessage: (message) => listeners?.onMessage(parseFromChild(message)),
    onFault: ({ message }) => blame(`sent ${message}; does its code write to file descriptor ${CHANNEL_FD}?`),
  });
  pipe.once('end', () => {
    const closed = () => blame('closed its channel to the worker');
    const timer = setTimeout(closed, PIPES_MS);
    child.once('exit', () => clearTimeout(timer));
  });
  child.on('error', (cause) => {
    die(new BatonError('AgentFailed', `agent ${isolation.agent}: its process: ${cause.message}`, { cause }));
  });
  child.once('exit', (code, signal) => {
    const say = () => die(deathOf(isolation, { code, signal, stderr: tail.toString() }));
    const timer = setTimeout(say, PIPES_MS);
    child.once('close', () => {
      clearTimeout(timer);
      say();
    });
  });

  /** Whether this process goes on for the child's sake. Pipes are sockets, which their type does not say. */
  function hold(held: boolean) {
    const handles = [child, pipe, child.stdout, child.stderr] as (Partial<Socket> | null | undefined)[];
    for (const handle of handles) {
      if (held) handle?.ref?.();
      else handle?.unref?.();
    }
  }

  return {
    /** The process has not ended and can be spoken to. */
    alive: () => pipe.readable && !death && child.exitCode === null && child.signalCode === null,
    /** Nothing happens if the process has just died: `onDeath` reports that. */
    send: (message: ToChild) => channel.send(message),
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
