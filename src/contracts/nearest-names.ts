/**
 * Comparing two names costs the product of their lengths, so only the beginnings of long ones are compared, and of very
 * many names the first ones. Longest name of Baton: 64.
 */
const MAX_LENGTH = 64;
const MAX_CANDIDATES = 2_000;

const compared = (name: string) => name.slice(0, MAX_LENGTH).toLowerCase();

function firstOf(names: Iterable<string>): string[] {
  const first = new Set<string>();
  for (const name of names) {
    if (first.size === MAX_CANDIDATES) break;
    first.add(name);
  }
  return [...first];
}

/** The `count` names closest to `asked` by edit distance, best first; ties in alphabetical order. */
export function nearestNames(asked: string, names: Iterable<string>, count = 3): string[] {
  const wanted = compared(asked);
  return firstOf(names)
    .map((name) => ({ name, distance: editDistance(wanted, compared(name)) }))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let previous = Uint8Array.from({ length: b.length + 1 }, (_, index) => index);
  let current = new Uint8Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    current[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(swap, (previous[j] as number) + 1, (current[j - 1] as number) + 1);
    }
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? 0;
}

/** The one name that `asked` may be a misspelling of, if any is close enough to be worth suggesting. */
export function nearestName(asked: string, names: Iterable<string>): string | undefined {
  if (asked.length > MAX_LENGTH) return undefined;
  const allowed = (name: string) => {
    const longest = Math.max(asked.length, name.length);
    return longest < 3 ? 0 : Math.ceil(longest / 3);
  };
  // One that is so much longer or shorter is as many edits away.
  const close = firstOf(names).filter((name) => Math.abs(name.length - asked.length) <= allowed(name));
  const [best] = nearestNames(asked, close, 1);
  if (best === undefined) return undefined;
  return editDistance(compared(asked), compared(best)) <= allowed(best) ? best : undefined;
}
