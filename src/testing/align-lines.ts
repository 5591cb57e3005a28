/** One row of a comparison; undefined where the other side has nothing to go with it. */
export type Row = { expected?: string; got?: string };

/** Lengths of the longest common subsequences of all endings of two lists. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] as number[];
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return lengths;
}

/** Puts what is the same on both sides into one row, and what differs in between side by side. */
export function alignLines(expected: readonly string[], got: readonly string[]): Row[] {
  const lengths = commonLengths(expected, got);
  const rows: Row[] = [];
  let missing: string[] = [];
  let surplus: string[] = [];
  const flush = () => {
    const count = Math.max(missing.length, surplus.length);
    for (let n = 0; n < count; n += 1) rows.push({ expected: missing[n], got: surplus[n] });
    missing = [];
    surplus = [];
  };
  let i = 0;
  let j = 0;
  while (i < expected.length || j < got.length) {
    if (i < expected.length && expected[i] === got[j]) {
      flush();
      rows.push({ expected: expected[i], got: got[j] });
      i += 1;
      j += 1;
    } else if (j >= got.length || (i < expected.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      missing.push(expected[i] as string);
      i += 1;
    } else {
      surplus.push(got[j] as string);
      j += 1;
    }
  }
  flush();
  return rows;
}
