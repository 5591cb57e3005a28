/** One step down: the smaller sibling, and how many more tokens its tokenizer makes of the same text. */
export type LadderStep = { to: string; tokenizerFactor: number };

/**
 * The next smaller sibling of each model, by vendors' model overviews as of November 2026. Written by hand on purpose: "the
 * cheapest model in the catalogue" would recommend models of another class.
 */
const LADDER: Record<string, LadderStep> = {
  'anthropic/claude-opus-4-5': { to: 'claude-sonnet-4-5', tokenizerFactor: 1 },
  'anthropic/claude-opus-5-5': { to: 'claude-sonnet-5', tokenizerFactor: 1 },
  'anthropic/claude-opus-5': { to: 'claude-sonnet-5', tokenizerFactor: 1 },
  'anthropic/claude-sonnet-4-0': { to: 'claude-haiku-4-5', tokenizerFactor: 1 },
  'anthropic/claude-sonnet-4-5': { to: 'claude-haiku-4-5', tokenizerFactor: 1 },
  'anthropic/claude-sonnet-4-6': { to: 'claude-haiku-4-5', tokenizerFactor: 1 },
  'openai/gpt-4o': { to: 'gpt-4o-mini', tokenizerFactor: 1 },
  'openai/gpt-4.1': { to: 'gpt-4.1-mini', tokenizerFactor: 1 },
  'openai/gpt-4.1-mini': { to: 'gpt-4.1-nano', tokenizerFactor: 1 },
  'openai/gpt-5': { to: 'gpt-5-mini', tokenizerFactor: 1 },
  'openai/gpt-5-mini': { to: 'gpt-5-nano', tokenizerFactor: 1 },
  'openai/gpt-5.4': { to: 'gpt-5.4-mini', tokenizerFactor: 1 },
  'openai/gpt-5.4-mini': { to: 'gpt-5.4-nano', tokenizerFactor: 1 },
  'openai/gpt-6-sol': { to: 'gpt-6-luna', tokenizerFactor: 1 },
  'google/gemini-2.5-pro': { to: 'gemini-2.5-flash', tokenizerFactor: 1 },
  'google/gemini-2.5-flash': { to: 'gemini-2.5-flash-lite', tokenizerFactor: 1 },
};

/** The step down from a model (`provider/model`), or undefined when none is known. */
export function ladderStep(model: string): LadderStep | undefined {
  return LADDER[model];
}
