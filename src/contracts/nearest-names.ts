/** The `count` names closest to `asked` by edit distance, best first; ties in alphabetical order. */
export function nearestNames(asked: string, names: Iterable<string>, count = 3): string[] {
  const wanted = asked.toLowerCase();
  return [...new Set(names)]
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The one name that `asked` may be a misspelling of, if any is close enough to be worth suggesting. */
export function nearestName(asked: string, names: Iterable<string>): string | undefined {
  const [best] = nearestNames(asked, names, 1);
  if (best === undefined) return undefined;
  const longest = Math.max(asked.length, best.length);
  const allowed = longest < 3 ? 0 : Math.ceil(longest / 3);
  return editDistance(asked.toLowerCase(), best.toLowerCase()) <= allowed ? best : undefined;
}
