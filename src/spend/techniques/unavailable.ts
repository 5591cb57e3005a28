import type { UnavailableTechnique } from './technique.ts';

/** Techniques no understood format carries the data for. Each says what is missing instead of guessing a share. */
export const UNAVAILABLE: readonly UnavailableTechnique[] = [
  {
    id: 'superseded_model',
    missing: 'the model each request really used (the model is assigned, so "it is old" would be our own choice)',
    how_to_get_it: "Export usage by model from the provider's console, or request logs that name the model.",
  },
  {
    id: 'service_tier',
    missing: 'service tier of the requests (no service tier in this export)',
    how_to_get_it: "Export usage grouped by service_tier from the provider's usage API.",
  },
  {
    id: 'cheaper_host',
    missing: 'host and region that served the requests (neither is in this export)',
    how_to_get_it: 'Export logs with provider and region or inference profile, e.g. Bedrock invocation logs.',
  },
  {
    id: 'batch',
    missing: 'labels that say which requests may wait (no tag, key, project or call type in this export)',
    how_to_get_it: 'Export request logs with tags or API key names, e.g. from a gateway.',
  },
  {
    id: 'exact_duplicates',
    missing: 'prompt keys (no hash of the whole prompt and its parameters in this export)',
    how_to_get_it: 'Log a hash of prompt and parameters per request, e.g. the cache_key of a gateway.',
  },
  {
    id: 'retry_waste',
    missing: 'status of the requests (no success or failure in this export)',
    how_to_get_it: 'Export request logs with status and token counts of failed requests.',
  },
  {
    id: 'long_context_cliff',
    missing: 'proof that a long-context price was charged (model and price are assigned here)',
    how_to_get_it: "Export usage with the price tier, e.g. context_window of the provider's usage report.",
  },
  {
    id: 'reasoning_effort',
    missing: 'reasoning tokens (output is one number in this export)',
    how_to_get_it: 'Export request logs with reasoning tokens, e.g. OpenTelemetry GenAI spans.',
  },
  {
    id: 'zombie_spend',
    missing: 'API key, project or tag of the requests (none in this export)',
    how_to_get_it: 'Export usage grouped by API key and project, and confirm with the owners.',
  },
  {
    id: 'off_peak',
    missing:
      'a provider that prices by the clock, and requests that may be shifted (model and price are assigned here)',
    how_to_get_it: 'Export request logs that name model and provider, with tags for work that may wait.',
  },
  {
    id: 'provisioned_throughput',
    missing: 'a quote for provisioned capacity, and a day or more of per-minute load on a known model',
    how_to_get_it: 'Ask the provider for a price per unit and hour, and export a week of per-minute usage by model.',
  },
  {
    id: 'commitment',
    missing: 'three months of spend and an offered discount',
    how_to_get_it:
      'Export the cost report of the last three months, and ask the provider what a commitment would give.',
  },
];
