import type { Assumption, Bound } from '../../contracts/report.ts';
import { BOUNDS } from '../../contracts/report.ts';
import { SpendError } from '../spend-error.ts';

/** Reads an assumption, by id or for one bound of it. */
export type Assumptions = {
  value: (id: string) => number;
  bound: (id: string, bound: Bound) => number;
  list: Assumption[];
};

/**
 * Assumptions with the user's values in place of the defaults. `right_size.escalation=0` sets all three bounds of it,
 * `right_size.escalation.low=0.5` one.
 *
 * @throws SpendError `invalid_input` for a name that no technique uses, listing those there are
 */
export function createAssumptions(defaults: Assumption[], set: Record<string, number> = {}): Assumptions {
  const list = new Map(defaults.map((each) => [each.id, { ...each, origin: 'default' as Assumption['origin'] }]));
  for (const [id, value] of Object.entries(set)) {
    const targets = list.has(id) ? [id] : BOUNDS.map((bound) => `${id}.${bound}`).filter((each) => list.has(each));
    if (targets.length === 0 || !(value >= 0))
      throw new SpendError({
        code: 'invalid_input',
        message: `Assumption ${id}=${value} cannot be set: it needs a known name and a number from 0. Known: ${[...list.keys()].join(', ')}.`,
      });
    for (const target of targets) {
      const existing = list.get(target);
      if (existing) list.set(target, { ...existing, value, origin: 'user' });
    }
  }
  const value = (id: string) => {
    const found = list.get(id)?.value;
    if (typeof found !== 'number') throw new Error(`no assumption is called ${id}`);
    return found;
  };
  return { value, bound: (id, bound) => value(`${id}.${bound}`), list: [...list.values()] };
}

/** The three bounds of an assumption as three entries. */
export function perBound(id: string, values: Record<Bound, number>, meaning: string, unit?: string): Assumption[] {
  return BOUNDS.map((bound) => ({
    id: `${id}.${bound}`,
    value: values[bound],
    unit,
    meaning: `${meaning} (${bound})`,
  }));
}

/** The same parameters for each bound, except those computed per bound. */
export function byBound<Value>(make: (bound: Bound) => Value): Record<Bound, Value> {
  return { low: make('low'), expected: make('expected'), high: make('high') };
}
