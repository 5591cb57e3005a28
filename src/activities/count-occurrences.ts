/**
 * Counts calls with the same input within one attempt. A call that failed gives its number back: when the agent tries
 * again, that is the same call once more, not a second one that may happen too.
 */
export function countOccurrences() {
  const counts = new Map<string, { last: number; failed: number[] }>();

  function countOf(call: string) {
    const count = counts.get(call) ?? { last: 0, failed: [] };
    counts.set(call, count);
    return count;
  }

  return {
    take(call: string): number {
      const count = countOf(call);
      return count.failed.shift() ?? (count.last += 1);
    },
    giveBack(call: string, occurrence: number): void {
      const { failed } = countOf(call);
      failed.push(occurrence);
      failed.sort((a, b) => a - b);
    },
  };
}
