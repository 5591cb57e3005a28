const NAME = 34;
const CELL = 11;

export const print = (line: string) => void process.stdout.write(`${line}\n`);

/** A line of a table. */
export const row = (name: string, ...values: (string | number)[]) =>
  `  ${name.padEnd(NAME)}${values.map((value) => String(value).padStart(CELL)).join('')}`;
