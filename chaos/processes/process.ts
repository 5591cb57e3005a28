import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** How much of what a process said last is kept, in characters. */
const KEPT = 4_000;

/** Everything that is started, so that nothing is left behind however the campaign ends. */
const living = new Set<number>();

function killGroup(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
}

/** Kills what is left, with its children. Synchronous, for the end of this process. */
export function killAll(): void {
  for (const pid of living) {
    killGroup(pid, 'SIGCONT');
    killGroup(pid, 'SIGKILL');
  }
  living.clear();
}

/** Kills a process that another one started, such as the server of `baton dev`, with this one's end. */
export const adopt = (pid: number) => void living.add(pid);

export type ProcessOptions = {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Whether it serves. Asked again until it does. */
  isReady: (said: string) => boolean | Promise<boolean>;
  /** How long it may take until it serves, in milliseconds. @default 60000 */
  readyLimitMs?: number;
  /** Called where it ends though nobody asked it to, once it has served. */
  onUnexpectedEnd: (end: { name: string; pid: number; code: string; said: string }) => void;
};

/** A process that can be ended and frozen by signals, and be started again. One at a time. */
export function createProcess(options: ProcessOptions) {
  const { name, command, args, env, cwd, isReady, readyLimitMs = 60_000, onUnexpectedEnd } = options;
  let child: ChildProcess | undefined;
  let ended = Promise.resolve('');
  let said = '';
  let serves = false;

  function launch(): ChildProcess & { pid: number } {
    said = '';
    serves = false;
    const own = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    own.on('error', () => undefined);
    const { pid } = own;
    if (pid === undefined) throw new Error(`${name}: ${command} cannot be started`);
    child = own;
    living.add(pid);
    const hear = (text: Buffer) => (said = (said + text.toString()).slice(-KEPT));
    own.stdout.on('data', hear);
    own.stderr.on('data', hear);
    ended = new Promise((resolve) => {
      own.on('exit', (code, signal) => {
        living.delete(pid);
        if (serves) onUnexpectedEnd({ name, pid, code: signal ?? String(code), said });
        resolve(signal ?? String(code));
      });
    });
    return own as ChildProcess & { pid: number };
  }

  const isAlive = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  /** @throws Error with what it said, where it ends or does not serve in time */
  async function start() {
    const { pid } = launch();
    const until = performance.now() + readyLimitMs;
    while (!(await isReady(said))) {
      if (!isAlive()) throw new Error(`${name} ended before it was ready: ${said}`);
      if (performance.now() > until) {
        killGroup(pid, 'SIGKILL');
        await ended;
        throw new Error(`${name} is not ready after ${readyLimitMs} ms: ${said}`);
      }
      await wait(50);
    }
    serves = true;
  }

  return {
    name,
    start,
    isAlive,
    pid: () => child?.pid,
    said: () => said,
    /** From now on its end is no surprise. */
    mayEnd: () => void (serves = false),
    /** Resolves with how it ended, once it has. */
    ended: () => ended,
    /** Ends it; `limitMs` is how long it may take before it is killed. Gives how it ended. */
    async end(signal: NodeJS.Signals, limitMs = 30_000): Promise<{ code: string; late: boolean }> {
      if (!isAlive() || !child) return { code: 'not running', late: false };
      const own = child;
      serves = false;
      own.kill(signal);
      const timer = new AbortController();
      const late = wait(limitMs, 'late', { signal: timer.signal }).catch(() => 'over');
      const first = await Promise.race([ended, late]);
      timer.abort();
      if (first !== 'late') return { code: first, late: false };
      if (own.pid) killGroup(own.pid, 'SIGKILL');
      return { code: await ended, late: true };
    },
    freeze: () => void (isAlive() && child?.kill('SIGSTOP')),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

export type OwnProcess = ReturnType<typeof createProcess>;
