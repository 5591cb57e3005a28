import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { PlanStep } from '../../src/contracts/plan.ts';

/** Fails as many attempts as its input says, then gives its input back. */
export const flaky = defineAgent({
  name: 'flaky',
  input: z.looseObject({ fails: z.number().optional(), wait_ms: z.number().optional() }),
  output: z.looseObject({}),
  async run({ fails = 0, wait_ms, ...rest }, { attempt, signal }) {
    if (wait_ms) await wait(wait_ms, undefined, { signal });
    if (attempt <= fails) throw new Error(`failure ${attempt} of ${fails}`);
    return rest;
  },
});

const rarely = { freq: 6, nil: undefined };

function stepOf(index: number): fc.Arbitrary<PlanStep> {
  const earlier = Array.from({ length: index }, (_, n) => `s${n}`);
  const someEarlier = (max: number) => fc.uniqueArray(fc.constantFrom(...earlier), { minLength: 1, maxLength: max });
  const work = fc.record({ said: fc.constant(index), fails: fc.nat(3), wait_ms: fc.nat(20) });
  const undo = fc.record({
    agent: fc.constant('flaky'),
    input: fc.record({ undoes: fc.constant(index), fails: fc.constantFrom(0, 0, 0, 9) }),
  });
  return fc
    .record({
      needs: index > 0 ? fc.option(someEarlier(3), { nil: undefined }) : fc.constant(undefined),
      fallback_for: index > 0 ? fc.option(someEarlier(2), rarely) : fc.constant(undefined),
      strategy: fc.option(fc.constantFrom('sequential' as const, 'parallel' as const), { nil: undefined }),
      input: fc.option(work, { nil: undefined, freq: 3 }),
      max_attempts: fc.integer({ min: 2, max: 4 }),
      continue_on_error: fc.constantFrom(true, true, true, true, true, true, true, undefined),
      compensate: fc.option(undo, { nil: undefined }),
    })
    .map(({ max_attempts, ...step }) => {
      const retry = { max_attempts, initial_interval_ms: 10, backoff: 1 };
      const all = { id: `s${index}`, agent: 'flaky', retry, ...step };
      // A plan is JSON, in which nothing is undefined.
      return JSON.parse(JSON.stringify(all)) as PlanStep;
    });
}

/** Plans that a checker lets pass, and after how many ends of agents the run is cancelled, if at all. */
export const randomRun = fc.integer({ min: 1, max: 60 }).chain((length) =>
  fc.record({
    steps: fc.tuple(...Array.from({ length }, (_, index) => stepOf(index))),
    strategy: fc.constantFrom('sequential' as const, 'parallel' as const),
    max_parallel: fc.integer({ min: 1, max: 20 }),
    cancelAfter: fc.option(fc.nat(length - 1), { nil: undefined, freq: 2 }),
    history_events: fc.constantFrom(60, 4_000),
  }),
);

export type RandomRun = typeof randomRun extends fc.Arbitrary<infer Run> ? Run : never;
