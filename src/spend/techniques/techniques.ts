import { TECHNIQUE_IDS } from '../../contracts/report.ts';
import type { TechniqueId } from '../../contracts/report.ts';
import { contextTrim } from './context-trim.ts';
import { outputCap } from './output-cap.ts';
import { promptCaching } from './prompt-caching.ts';
import { rightSize } from './right-size.ts';
import type { ComputedTechnique, Technique } from './technique.ts';
import { isComputed } from './technique.ts';
import { UNAVAILABLE } from './unavailable.ts';

/**
 * Groups in the order their transforms are applied: fewer requests, fewer tokens, cheaper model, cheaper tier or host,
 * caching, batch, capacity and contracts. Each later one multiplies a price, so it has to see the smaller base.
 */
const TECHNIQUE_GROUPS: readonly { group: string; techniques: readonly TechniqueId[] }[] = [
  { group: 'remove_requests', techniques: ['zombie_spend', 'retry_waste', 'exact_duplicates'] },
  { group: 'remove_tokens', techniques: ['long_context_cliff', 'context_trim', 'output_cap', 'reasoning_effort'] },
  { group: 'reprice_model', techniques: ['superseded_model', 'right_size'] },
  { group: 'reprice_tier', techniques: ['service_tier', 'cheaper_host'] },
  { group: 'caching', techniques: ['prompt_caching'] },
  { group: 'batch', techniques: ['batch', 'off_peak'] },
  { group: 'capacity', techniques: ['provisioned_throughput', 'commitment'] },
];

/** All techniques, in the order they are applied. */
export const APPLICATION_ORDER: readonly TechniqueId[] = TECHNIQUE_GROUPS.flatMap(({ techniques }) => techniques);

const ALL: readonly Technique[] = [rightSize, outputCap, promptCaching, contextTrim, ...UNAVAILABLE];

/** The technique with this id. */
export function techniqueById(id: TechniqueId): Technique {
  const found = ALL.find((each) => each.id === id);
  if (!found) throw new Error(`technique ${id} of ${TECHNIQUE_IDS.length} is not registered`);
  return found;
}

/** Those that can be computed, in the order they are applied. */
export function computedTechniques(): ComputedTechnique[] {
  return APPLICATION_ORDER.map(techniqueById).filter(isComputed);
}
