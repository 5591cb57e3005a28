import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';

/** Agents whose pace a test decides. Each call of `gated` waits until its gate is opened or it is told to stop. */
export function gatedAgents() {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const began: string[] = [];

  function gate(name: string): PromiseWithResolvers<void> {
    const known = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, known);
    return known;
  }

  const named = z.looseObject({ name: z.string().default('') });
  const gated = defineAgent({
    name: 'gated',
    input: named,
    output: named,
    async run({ name }, { signal, think }) {
      began.push(name);
      think('waiting');
      const stopped = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
      await Promise.race([gate(name).promise, stopped]);
      return { name };
    },
  });
  const quick = defineAgent({
    name: 'quick',
    input: named,
    output: named,
    run({ name }) {
      began.push(name);
      return { name };
    },
  });
  const failing = defineAgent({
    name: 'failing',
    input: z.unknown(),
    output: named,
    retry: { maxAttempts: 1 },
    run: () => {
      throw new Error('it never works');
    },
  });
  const backingOff = defineAgent({
    name: 'backing_off',
    input: z.unknown(),
    output: named,
    retry: { initialIntervalMs: 60_000, maxIntervalMs: 60_000 },
    run: () => {
      throw new Error('it does not work yet');
    },
  });
  return { agents: [gated, quick, failing, backingOff], open: (name: string) => gate(name).resolve(), began };
}
