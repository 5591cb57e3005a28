import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
// @ts-expect-error: a script, which has no types
import { JEST } from '../../scripts/lib/jest.mjs';

/** Runs Jest in a process of its own by another configuration, one file after the other; what it printed, and its exit code. */
export async function runJest(config: string, env: NodeJS.ProcessEnv = {}): Promise<{ output: string; code: number }> {
  const args = ['--experimental-vm-modules', ...(JEST as string[]), '-i', '-c', `test/support/jest/${config}`];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('close', (code) => resolve(code ?? 1));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), promise]);
  return { output: out + err, code };
}
