/**
 * What was looked at, whether it is well, what was found, and what to do if it is not. `slow` is well enough to work
 * with, `risk` until something breaks.
 */
export type Check = { name: string; state: 'ok' | 'slow' | 'risk' | 'bad'; found: string; remedy?: string };

/** Runs one check; a check that throws is one that failed. */
export async function check(
  name: string,
  look: () => Promise<Omit<Check, 'name'>> | Omit<Check, 'name'>,
): Promise<Check> {
  try {
    const { remedy, ...seen } = await look();
    return { name, ...seen, ...(seen.state === 'ok' ? {} : { remedy }) };
  } catch (error) {
    return { name, state: 'bad', found: error instanceof Error ? error.message : String(error) };
  }
}
