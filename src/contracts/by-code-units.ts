/** Orders texts the same way on every machine; `localeCompare` goes by the language that a machine is set to. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
