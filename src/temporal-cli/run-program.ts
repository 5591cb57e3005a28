import { spawn } from 'node:child_process';

/** Longest output that is kept of a failing program, in characters: its end, where the reason stands. */
const KEPT = 2_000;

type Options = {
  timeoutMs: number;
  /** @default this process's own */
  env?: NodeJS.ProcessEnv;
};

/**
 * Runs a program to its end and gives its output.
 *
 * @throws Error with the end of its output when it fails, or when it is still running after `timeoutMs`
 */
export function runProgram(command: string, args: string[], { timeoutMs, env }: Options): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = '';
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  // Not the `timeout` of spawn: its timer outlives a program that is not there, and keeps this process up.
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-KEPT)));
  }
  child.on('error', (error: NodeJS.ErrnoException) => {
    clearTimeout(timer);
    reject(error.code === 'ENOENT' ? new Error(`${command} is not installed`) : error);
  });
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    if (code === 0) return resolve(output);
    const how = signal ? `did not end within ${timeoutMs / 1_000} s` : `failed with exit code ${code}`;
    reject(new Error(`${how}${output.trim() ? `: ${output.trim().split('\n').slice(-3).join(' | ')}` : ''}`));
  });
  return promise;
}
