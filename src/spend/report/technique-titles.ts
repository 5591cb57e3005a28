import type { TechniqueId } from '../../contracts/report.ts';

/** What each technique is called in front of people. */
export const TECHNIQUE_TITLES: Record<TechniqueId, string> = {
  superseded_model: 'Replace a superseded model',
  service_tier: 'Use a cheaper service tier',
  cheaper_host: 'Same model at a cheaper host',
  batch: 'Batch API for work that may wait',
  prompt_caching: 'Prompt caching',
  right_size: 'Smaller model for short requests',
  exact_duplicates: 'Answer exact duplicates from a cache',
  retry_waste: 'Stop paying for failed and repeated requests',
  context_trim: 'Trim the longest prompts',
  long_context_cliff: 'Stay below the long-context price',
  output_cap: 'Cap the length of answers',
  reasoning_effort: 'Lower the reasoning effort',
  zombie_spend: 'Switch off what nobody uses',
  off_peak: 'Shift work to off-peak hours',
  provisioned_throughput: 'Provisioned throughput',
  commitment: 'Commitment discount',
};
