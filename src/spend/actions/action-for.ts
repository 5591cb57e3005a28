import type { Saving } from '../../contracts/cost-optimization.ts';
import type { Recommendation } from '../../contracts/report.ts';

type Action = Recommendation['action'];

/** The concrete change behind a saving: what to do, who does it, what must hold before it stays, how to take it back. */
export function actionFor({ technique, model, params }: Saving): Action {
  const { expected } = params;
  switch (technique) {
    case 'right_size':
      return {
        change: `Route requests with at most ${expected.max_input} input tokens to ${expected.to} with max_tokens ${expected.max_output}; repeat at ${expected.from} when the answer fails its check or is cut off.`,
        owner: 'engineering team of the calling service',
        gate: 'Evaluation on at least 200 sampled short requests: quality not worse than agreed, and under 15% repeated.',
        rollback: `Set the router's share for ${expected.to} to 0; nothing else changes.`,
      };
    case 'output_cap':
      return {
        change: `Set max_tokens to ${expected.cap} on calls to ${model}, and ask for short answers in the prompt. Exempt routes whose longer answers are wanted.`,
        owner: 'engineering team of the calling service',
        gate: 'Share of answers that end with finish reason "length" stays below 5% for a week, and no complaint about cut answers.',
        rollback: 'Remove max_tokens, or raise it to p99.',
      };
    case 'prompt_caching':
      return cachingAction(model, Number(expected.ttl_minutes));
    case 'context_trim':
      return {
        change: `Limit prompts to ${expected.threshold} tokens: summarise old turns, send fewer retrieved passages, drop tool output that was used.`,
        owner: 'engineering team of the calling service',
        gate: 'Evaluation on the longest 5% of prompts: quality not worse than agreed.',
        rollback: 'Raise the limit back to the longest prompt seen.',
      };
    default:
      throw new Error(`no action is written for technique ${technique}`);
  }
}

function cachingAction(model: string, ttlMinutes: number): Action {
  const automatic = model.startsWith('openai/') || model.startsWith('azure/');
  return {
    change: automatic
      ? 'Caching is automatic at this provider: put what prompts share first and keep it unchanged byte for byte, and send a stable prompt_cache_key. Check first how much is cached today, this trace does not say.'
      : `Mark the shared start of prompts for caching (cache_control, ${ttlMinutes} minutes) and keep it unchanged byte for byte.`,
    owner: 'engineering team of the calling service',
    gate: 'After two days the usage export shows cached tokens near the simulated share; with a write surcharge, reads must outweigh writes.',
    rollback: automatic ? 'None needed: there is no charge for writing.' : 'Remove the cache marks.',
  };
}
