type Options<Value> = {
  /** Brings what is kept up to date, or makes it where nothing is. */
  update(key: string, kept: Value | undefined): Promise<Value>;
  /** What one value weighs. */
  weigh(value: Value): number;
  /** Weight of all values together beyond which those used longest ago are forgotten. */
  maxWeight: number;
};

/**
 * Values that are kept between requests and brought up to date at each: the latest used, up to a weight. Updates of one
 * key follow each other, so that many requests at once do its work once.
 */
export function createKept<Value>({ update, weigh, maxWeight }: Options<Value>) {
  const byKey = new Map<string, { latest: Promise<Value>; weight: number }>();
  let total = 0;

  function forget(key: string) {
    total -= byKey.get(key)?.weight ?? 0;
    byKey.delete(key);
  }

  return async function current(key: string): Promise<Value> {
    const before = byKey.get(key);
    const latest = (before?.latest ?? Promise.resolve(undefined)).then((kept) => update(key, kept));
    const entry = { latest, weight: before?.weight ?? 0 };
    // Deleted first: a map is in the order of insertion, the least recently used first.
    byKey.delete(key);
    byKey.set(key, entry);
    try {
      const value = await latest;
      if (byKey.get(key) !== entry) return value;
      total += weigh(value) - entry.weight;
      entry.weight = weigh(value);
      for (const oldest of byKey.keys()) {
        if (total <= maxWeight) break;
        // What alone is too heavy is used again all the same.
        if (oldest !== key) forget(oldest);
      }
      return value;
    } catch (error) {
      if (byKey.get(key) === entry) forget(key);
      throw error;
    }
  };
}
