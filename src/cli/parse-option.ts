import { InvalidArgumentError } from 'commander';

/** Parses an option's value as a number above 0. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

/** Parses an option's value as a whole number above 0. */
export function parseCount(text: string): number {
  const value = parsePositive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('Give a whole number.');
  return value;
}

/** Parses `k=v,k=v` with numbers as values; may be given several times. */
export function parseNumbers(text: string, previous: Record<string, number> = {}): Record<string, number> {
  const pairs = text.split(',').map((pair) => {
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
    if (key === undefined || !Number.isFinite(Number(value))) {
      throw new InvalidArgumentError(`"${pair}" is not NAME=NUMBER.`);
    }
    return [key, Number(value)] as const;
  });
  return { ...previous, ...Object.fromEntries(pairs) };
}
