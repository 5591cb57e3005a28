// Runs in an isolated agent's child process.
import type { AnyAgent } from '../agents/define-agent.ts';
import { BatonError } from '../contracts/baton-error.ts';

function isAgent(value: unknown, name: string): value is AnyAgent {
  const { name: own, run } = (value ?? {}) as Partial<AnyAgent>;
  return own === name && typeof run === 'function';
}

/**
 * Loads a module and finds the agent among its exports, or among the agents of an app that it exports.
 *
 * @throws BatonError `InvalidInput` if the agent is not there
 */
export async function findAgent(module: string, name: string): Promise<AnyAgent> {
  const exports = Object.values((await import(module)) as Record<string, unknown>);
  const apps = exports.flatMap((value) => (value as { agents?: unknown[] } | null | undefined)?.agents ?? []);
  const found = [...exports, ...apps].find((value) => isAgent(value, name));
  if (found) return found as AnyAgent;
  throw new BatonError('InvalidInput', `agent ${name}: ${module} does not export it; correct isolate.module`);
}
