import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BUYER_WORKER = fileURLToPath(new URL('./buyer-worker.ts', import.meta.url));

type Options = { address: string; taskQueue: string; codePath: string; storePath: string; bankUrl: string };

/** Starts a worker as a process of its own; resolves when it polls. `kill` is `kill -9`. */
export async function spawnBuyerWorker({ address, taskQueue, codePath, storePath, bankUrl }: Options) {
  const args = ['--no-warnings', BUYER_WORKER, address, taskQueue, codePath, storePath, bankUrl];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const said = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!String(said[0]).includes('ready')) throw new Error(`the worker process ended at once: ${String(said[0])}`);
  return {
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
