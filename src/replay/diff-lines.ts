/** A line that only one of two texts has: `-` the first, `+` the second. */
export type LineChange = { sign: '-' | '+'; line: string };

/** Lengths of the longest common parts of what follows each pair of lines. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] as number[];
      const below = lengths[i + 1] as number[];
      row[j] =
        before[i] === after[j] ? (below[j + 1] as number) + 1 : Math.max(below[j] as number, row[j + 1] as number);
    }
  }
  return lengths;
}

/** What must go and what must come to make one list of lines of the other, in order. */
export function diffLines(before: readonly string[], after: readonly string[]): LineChange[] {
  const lengths = commonLengths(before, after);
  const changes: LineChange[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      i += 1;
      j += 1;
    } else if (i < before.length && (j >= after.length || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      changes.push({ sign: '-', line: before[i] as string });
      i += 1;
    } else {
      changes.push({ sign: '+', line: after[j] as string });
      j += 1;
    }
  }
  return changes;
}
