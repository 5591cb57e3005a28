import type { Saving } from '../../contracts/cost-optimization.ts';
import { BOUNDS } from '../../contracts/report.ts';
import type { Recommendation } from '../../contracts/report.ts';

/** The numbers a saving's formula was filled with: one entry where all bounds agree, else one per bound. */
export function describeInputs({ params, marginal_monthly_usd }: Saving): Recommendation['inputs'] {
  const inputs: Recommendation['inputs'] = {};
  for (const [name, value] of Object.entries(params.expected)) {
    if (BOUNDS.every((bound) => params[bound][name] === value)) inputs[name] = value;
    else for (const bound of BOUNDS) inputs[`${name}.${bound}`] = params[bound][name] ?? null;
  }
  if (marginal_monthly_usd.low === 0) inputs.low_case = 'saves nothing, so it would be taken back';
  return inputs;
}
