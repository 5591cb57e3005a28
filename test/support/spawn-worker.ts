import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const scriptOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

type Options = { address: string; taskQueue: string; codePath: string; storePath: string };

async function spawnWorker(script: string, args: string[]) {
  const child = spawn(process.execPath, ['--no-warnings', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const said = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!String(said[0]).includes('ready')) throw new Error(`the worker process ended at once: ${String(said[0])}`);
  return {
    pid: child.pid as number,
    async kill(signal: NodeJS.Signals = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Starts a worker as a process of its own; resolves when it polls. `kill` is `kill -9`. */
export function spawnBuyerWorker({ address, taskQueue, codePath, storePath, bankUrl }: Options & { bankUrl: string }) {
  return spawnWorker(scriptOf('./buyer-worker.ts'), [address, taskQueue, codePath, storePath, bankUrl]);
}

type AgentWorkerOptions = Options & { module: URL; /** @default the product's */ shutdownGraceMs?: number };

/** The same for the agents that a module exports, given by its URL. */
export function spawnAgentWorker({ module, shutdownGraceMs, ...options }: AgentWorkerOptions) {
  const { address, taskQueue, codePath, storePath } = options;
  const args = [address, taskQueue, codePath, storePath, module.href];
  return spawnWorker(scriptOf('./agent-worker.ts'), shutdownGraceMs ? [...args, String(shutdownGraceMs)] : args);
}
