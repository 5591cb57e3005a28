import { beforeAll, describe, expect, test } from '@jest/globals';
import { faultOf, killDuringEffects, type Killed } from '../support/effect-soak.ts';
import { shared } from '../support/test-run.ts';

describe('an effect that must not happen twice, its worker killed with -9 around the call', () => {
  let killed: Killed[];
  beforeAll(async () => {
    const { address, workflowBundle } = shared();
    const seeds = Array.from({ length: 10 }, (_, seed) => seed);
    killed = await killDuringEffects({ address, codePath: workflowBundle.codePath, seeds, perKill: 10 });
  });

  test('happens once, and its agent gets the receipt or leaves the question to a person', () => {
    const faults = killed.flatMap((one) => (faultOf(one) ? { seed: one.seed, hit: one.hit, fault: faultOf(one) } : []));
    expect(faults).toEqual([]);
    expect(killed).toHaveLength(10);
  });

  test('was hit before, during and after a call', () => {
    expect([...new Set(killed.map(({ hit }) => hit))].sort()).toEqual(['after', 'before', 'during']);
  });

  test('is left to a person where the tool cannot tell, and never repeated', () => {
    for (const { outcome } of killed.filter(({ blind, hit }) => blind && hit === 'during')) {
      expect(outcome.error).toMatchObject({ type: 'EffectUnknown' });
      expect(outcome.error?.message).toContain('charge_blind');
    }
  });
});
