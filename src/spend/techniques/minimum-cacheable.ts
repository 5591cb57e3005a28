/** Models that silently ignore caching of prompts below 4,096 tokens, by Anthropic's prompt-caching page, November 2026. */
const NEEDS_4096 = ['claude-haiku-4-5', 'claude-opus-4-5', 'claude-opus-4-6', 'claude-opus-4-7'];

/** Shortest prompt, in tokens, that a provider caches. @param model as `provider/model` */
export function minimumCacheableTokens(model: string): number {
  return NEEDS_4096.some((name) => model.endsWith(`/${name}`)) ? 4096 : 1024;
}
