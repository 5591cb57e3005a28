import type { EventEmitter } from 'node:events';
import { main } from '../../src/cli.ts';

type Options = { dataDir: string; env?: NodeJS.ProcessEnv };
type Name = 'stdout' | 'stderr';

const EMITTERS: [EventEmitter, string[]][] = [
  [process, ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect', 'unhandledRejection', 'uncaughtException']],
  [process.stdout, ['error']],
  [process.stderr, ['error']],
];
const EVENTS = EMITTERS.flatMap(([emitter, names]) => names.map((name) => [emitter, name] as const));

/** Takes what is written to a stream of this process; the result gives it back. */
function capture(name: Name, output: Record<Name, string>) {
  const { write, isTTY } = process[name];
  const take = (text: string | Uint8Array) => {
    output[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
    return true;
  };
  Object.assign(process[name], { write: take, isTTY: false });
  return () => void Object.assign(process[name], { write, isTTY });
}

function setEnv(env: NodeJS.ProcessEnv) {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Sets the environment; the result sets it back. */
function changeEnv(env: NodeJS.ProcessEnv) {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  setEnv(env);
  return () => setEnv(before);
}

/** What a command listens to goes with its process; the result takes it off here. */
function keepListeners() {
  const before = EVENTS.map(([emitter, name]) => emitter.listeners(name));
  // A command that may be stopped lets go of it, and this process, a worker of jest's, would end for want of work.
  const { channel } = process;
  process.channel = undefined;
  return () => {
    process.channel = channel;
    for (const [index, [emitter, name]] of EVENTS.entries()) {
      for (const listener of emitter.listeners(name)) {
        if (!before[index]?.includes(listener)) emitter.off(name, listener as () => void);
      }
    }
  };
}

async function call(args: string[], { dataDir, env }: Options) {
  const output = { stdout: '', stderr: '' };
  const undo = [
    capture('stdout', output),
    capture('stderr', output),
    changeEnv({ TEMPORAL_ADDRESS: undefined, BATON_DATA_DIR: dataDir, ...env }),
    keepListeners(),
  ];
  const { exitCode } = process;
  process.exitCode = undefined;
  try {
    await main([process.execPath, 'baton', ...args]);
    return { code: Number(process.exitCode ?? 0), ...output };
  } finally {
    process.exitCode = exitCode;
    for (const each of undo) each();
  }
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command to its end in this process, where it costs a hundredth of a process of its own: for what a command does
 * and says, not for how its process begins and ends. One at a time: it takes the process's environment and streams.
 */
export function callBaton(args: string[], options: Options): ReturnType<typeof call> {
  const result = last.then(() => call(args, options));
  last = result.catch(() => undefined);
  return result;
}
