/** Hands what is pushed to one `for await` loop, in order; values that nobody has taken yet wait. */
export function eventQueue<T>() {
  const values: T[] = [];
  let wake = Promise.withResolvers<void>();
  let open = true;

  async function* iterate(): AsyncGenerator<T, void> {
    for (;;) {
      // Taken by index and cleared as a page: shifting one by one costs the square of a long backlog.
      const page = values.splice(0);
      yield* page;
      if (values.length > 0) continue;
      if (!open) return;
      await wake.promise;
    }
  }

  function ring() {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  }

  return {
    push(value: T) {
      values.push(value);
      ring();
    },
    end() {
      open = false;
      ring();
    },
    iterate,
  };
}
