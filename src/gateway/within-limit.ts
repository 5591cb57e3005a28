/**
 * The same work, or an error once it took too long. What is late goes on, and its outcome is dropped.
 *
 * @throws what `late` makes
 */
export function withinLimit<T>(
  work: Promise<T>,
  { limitMs, late }: { limitMs: number; late: () => Error },
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(late()), limitMs);
  work.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}
