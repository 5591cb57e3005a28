import type { EffectLedger } from '../../src/notifier/effect-ledger.ts';

/** A ledger that can be down: each of the next calls fails, whatever it asks, until so many have. */
export function ledgerOutage() {
  let left = 0;

  function guard(effects: EffectLedger): EffectLedger {
    const guarded = <Name extends Exclude<keyof EffectLedger, 'attempts'>>(name: Name) =>
      ((options: never) => {
        if (left === 0) return (effects[name] as (options: never) => unknown)(options);
        left -= 1;
        return Promise.reject(new Error('the ledger is down'));
      }) as EffectLedger[Name];
    return {
      ...effects,
      incarnation: guarded('incarnation'),
      open: guarded('open'),
      vouches: guarded('vouches'),
      count: guarded('count'),
      fence: guarded('fence'),
      begin: guarded('begin'),
      release: guarded('release'),
      settle: guarded('settle'),
      compensated: guarded('compensated'),
      list: guarded('list'),
      prune: guarded('prune'),
    };
  }

  return { guard, begin: (calls: number) => void (left = calls), over: () => left === 0 };
}
