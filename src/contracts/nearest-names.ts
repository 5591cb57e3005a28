import { byCodeUnits } from './by-code-units.ts';

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

type Found = { name: string; distance: number };

const byDistance = (a: Found, b: Found) => a.distance - b.distance || byCodeUnits(a.name, b.name);

/** The `count` names closest to `asked` by edit distance, best first; ties in alphabetical order. */
export function nearestNames(asked: string, names: Iterable<string>, count = 3): string[] {
  const wanted = compared(asked);
  return firstOf(names)
    .map((name) => ({ name, distance: editDistance(wanted, compared(name)) }))
    .sort(byDistance)
    .slice(0, count)
    .map(({ name }) => name);
}

/** Edits that lead from one name to the other, or Infinity once it is clear that they are more than `most`. */
function editDistance(a: string, b: string, most = MAX_LENGTH): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  const codes = Uint16Array.from(b, (letter) => letter.charCodeAt(0));
  let previous = Uint8Array.from({ length: b.length + 1 }, (_, index) => index);
  let current = new Uint8Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1);
    let least = i;
    current[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] as number) + (code === codes[j - 1] ? 0 : 1);
      const shorter = Math.min(previous[j] as number, current[j - 1] as number) + 1;
      const edits = swap < shorter ? swap : shorter;
      current[j] = edits;
      if (edits < least) least = edits;
    }
    if (least > most) return Infinity;
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? 0;
}

/**
 * Pairs of letters that are compared for one suggestion, which is enough for 400 names of 16 letters: a plan's check asks for
 * one at each of 50 faults.
 */
const MAX_PAIRS = 100_000;

/** The one name that `asked` may be a misspelling of, if any is close enough to be worth suggesting. */
export function nearestName(asked: string, names: Iterable<string>): string | undefined {
  if (asked.length > MAX_LENGTH) return undefined;
  const wanted = compared(asked);
  const found: Found[] = [];
  let left = MAX_PAIRS;
  for (const name of firstOf(names)) {
    const longest = Math.max(asked.length, name.length);
    const allowed = longest < 3 ? 0 : Math.ceil(longest / 3);
    // One that is so much longer or shorter is as many edits away.
    if (Math.abs(name.length - asked.length) > allowed) continue;
    const distance = editDistance(wanted, compared(name), allowed);
    if (distance <= allowed) found.push({ name, distance });
    left -= asked.length * Math.min(name.length, MAX_LENGTH);
    if (left <= 0) break;
  }
  return found.sort(byDistance)[0]?.name;
}
