import { createRequire } from 'node:module';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import type { ModelPrice } from '@pydantic/genai-prices';
import { SpendError } from '../spend-error.ts';
import { nearestNames } from '../../contracts/nearest-names.ts';
import { toRateCard } from './rate-card.ts';
import type { RateCard } from './rate-card.ts';
import { readOverrides } from './read-overrides.ts';

/**
 * Splits `openai/gpt-4o` into provider and model: the catalogue prices neither the prefixed name nor guesses its provider.
 * A prefix that names no known provider belongs to the model id. An explicit provider wins over the prefix.
 */
function splitModelName(name: string, provider?: string): { model: string; provider: string | undefined } {
  const trimmed = name.trim();
  const slash = trimmed.indexOf('/');
  const prefix = slash > 0 ? trimmed.slice(0, slash) : undefined;
  const known = prefix === undefined ? undefined : findProvider({ providerId: prefix });
  if (!known) return { model: trimmed, provider };
  return { model: trimmed.slice(slash + 1), provider: provider ?? known.id };
}

/** Whether two ids name the same model once date suffix, `-latest` and the dot-or-dash habit are set aside. */
function sameModel(asked: string, found: string): boolean {
  return plain(asked) === plain(found);
}

function plain(id: string): string {
  return id
    .toLowerCase()
    .replace(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '')
    .replaceAll('.', '-');
}

/** `prefix`: the catalogue knows a model whose name only starts the same, so the price may be another model's. */
type PriceMatch = 'exact' | 'prefix' | 'none';

/** A model with the prices that held at the moment asked for. `key` is `provider/model`. */
export type PricedModel = {
  key: string;
  provider: string;
  model: string;
  match: Exclude<PriceMatch, 'none'>;
  card: RateCard;
  contextWindow: number | undefined;
};

type ModelQuery = {
  model: string;
  /** Needed when several hosts sell the model. @default the prefix of `model`, else the model's maker */
  provider?: string;
  /** The moment whose prices count. Never "now" by itself: a retry has to price the same. */
  at: Date;
};

export type PriceBook = {
  /** Version of the catalogue. */
  version: string;
  /** Of the file of own prices, if there is one. */
  overridesSha256: string | null;
  find: (query: ModelQuery) => PricedModel | null;
  /** Like `find`. @throws SpendError `unknown_model` with the nearest names */
  require: (query: ModelQuery) => PricedModel;
};

/** Longest name of a model that is repeated in an error, in characters. */
const MAX_SHOWN = 200;

const PROVIDERS_TO_SUGGEST = ['openai', 'anthropic', 'google'];

/** Prices by provider and model, from the bundled catalogue and, before it, from a file of own prices. */
export async function createPriceBook({ overridesPath }: { overridesPath?: string } = {}): Promise<PriceBook> {
  const overrides = overridesPath ? await readOverrides(overridesPath) : null;
  const own = overrides?.models ?? {};

  const find = ({ model: name, provider: asked, at }: ModelQuery): PricedModel | null => {
    const { model, provider } = splitModelName(name, asked);
    // A provider of one's own is in no catalogue, so `model` may still begin with it.
    const ownKeys = provider ? [`${provider}/${model}`, model] : [model];
    const ownKey =
      ownKeys.find((key) => Object.hasOwn(own, key)) ??
      (provider ? undefined : Object.keys(own).find((key) => key.endsWith(`/${model}`)));
    const ownPrice = ownKey ? own[ownKey] : undefined;
    if (ownKey && ownPrice)
      return {
        key: ownKey,
        provider: ownKey.slice(0, ownKey.indexOf('/')),
        model: ownKey.slice(ownKey.indexOf('/') + 1),
        match: 'exact',
        card: toRateCard(ownPrice as ModelPrice),
        contextWindow: undefined,
      };
    const found = calcPrice({ input_tokens: 0 }, model, { timestamp: at, ...(provider && { providerId: provider }) });
    if (!found) return null;
    return {
      key: `${found.provider.id}/${found.model.id}`,
      provider: found.provider.id,
      model: found.model.id,
      match: sameModel(model, found.model.id) ? 'exact' : 'prefix',
      card: toRateCard(found.model_price),
      contextWindow: found.model.context_window,
    };
  };

  return {
    version: catalogueVersion(),
    overridesSha256: overrides?.sha256 ?? null,
    find,
    require: (query) => {
      const priced = find(query);
      if (priced) return priced;
      const { model, provider } = splitModelName(query.model, query.provider);
      const near = nearestNames(model, [
        ...knownModels(provider),
        ...Object.keys(own).map((key) => key.replace(/^[^/]+\//, '')),
      ]);
      throw new SpendError({
        code: 'unknown_model',
        message: `No price is known for model "${query.model.slice(0, MAX_SHOWN)}"${provider ? ` of provider "${provider}"` : ''}. Nearest names: ${near.join(', ')}. Choose one of them, or give its price in a file with --prices.`,
      });
    },
  };
}

function knownModels(provider: string | undefined): string[] {
  const named = provider ? findProvider({ providerId: provider }) : undefined;
  const ids = named ? [named.id] : PROVIDERS_TO_SUGGEST;
  return ids.flatMap((id) => findProvider({ providerId: id })?.models.map((model) => model.id) ?? []);
}

/** The package exports neither its version nor its package.json, so the file is found next to its entry point. */
function catalogueVersion(): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@pydantic/genai-prices');
  const manifest = require(entry.replace(/dist[\\/][^\\/]+$/, 'package.json')) as { version: string };
  return manifest.version;
}
