/** What the promise comes to, or 'still waiting' after `ms` milliseconds: for what must happen within a stated time. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | 'still waiting'> {
  const { promise: late, resolve } = Promise.withResolvers<'still waiting'>();
  const timer = setTimeout(resolve, ms, 'still waiting');
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
