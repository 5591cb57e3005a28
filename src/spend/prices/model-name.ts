import { findProvider } from '@pydantic/genai-prices';

/**
 * Splits `openai/gpt-4o` into provider and model: the catalogue prices neither the prefixed name nor guesses its provider.
 * A prefix that names no known provider belongs to the model id. An explicit provider wins over the prefix.
 */
export function splitModelName(name: string, provider?: string): { model: string; provider: string | undefined } {
  const trimmed = name.trim();
  const slash = trimmed.indexOf('/');
  const prefix = slash > 0 ? trimmed.slice(0, slash) : undefined;
  const known = prefix === undefined ? undefined : findProvider({ providerId: prefix });
  if (!known) return { model: trimmed, provider };
  return { model: trimmed.slice(slash + 1), provider: provider ?? known.id };
}

/** Whether two ids name the same model once date suffix, `-latest` and the dot-or-dash habit are set aside. */
export function sameModel(asked: string, found: string): boolean {
  return plain(asked) === plain(found);
}

function plain(id: string): string {
  return id
    .toLowerCase()
    .replace(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '')
    .replaceAll('.', '-');
}
