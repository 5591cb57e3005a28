import { existsSync, readFileSync, statSync } from 'node:fs';

/** Lines that are shown of a server that did not start. */
const SHOWN = 5;

/** What says why: a server that panics ends its log with a hundred lines of stack. */
const TELLING = /level=(ERROR|FATAL)|^(Error|panic|fatal error):/;

/** What a server wrote to its log from now on. */
export function serverLog(path: string) {
  const from = existsSync(path) ? statSync(path).size : 0;
  const lines = () => readFileSync(path).subarray(from).toString().trim().split('\n');
  return {
    path,
    /** Its errors, else its last lines. */
    telling(): string {
      const all = lines();
      const errors = all.filter((line) => TELLING.test(line));
      return (errors.length > 0 ? errors : all).slice(-SHOWN).join('\n  ');
    },
    /** Whether somebody else had a port that it wanted. */
    lostPort: () => lines().some((line) => /address already in use/.test(line)),
  };
}
