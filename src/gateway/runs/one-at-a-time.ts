/** The same function, whose calls wait for each other. */
export function oneAtATime<Input, Output>(work: (input: Input) => Promise<Output>): typeof work {
  let last: Promise<unknown> = Promise.resolve();
  return function queued(input) {
    const result = last.then(() => work(input));
    last = result.catch(() => undefined);
    return result;
  };
}
