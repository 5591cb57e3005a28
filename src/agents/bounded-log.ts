import type { Logger } from './define-agent.ts';
import { createAllowance } from '../contracts/allowance.ts';
import { shorten } from '../contracts/shorten.ts';

/** What one attempt may log at once and then a second, in characters; a line counts the rest. */
const LOGGED = { burst: 1024 * 1024, perSecond: 64 * 1024 };

/** Longest message in characters, and largest fields in bytes of JSON. */
const MAX_MESSAGE = 4_000;
const MAX_FIELDS_BYTES = 16 * 1024;

/** Between two lines that count what was left out, in milliseconds. */
const COUNT_EVERY_MS = 5_000;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Characters that a line takes in the file beside its message and fields. */
const LINE_FRAME = 200;

/** JSON has nothing of an error; its stack says what it is and where it comes from. */
function withStacks(fields: unknown): object {
  if (typeof fields !== 'object' || fields === null) return fields === undefined ? {} : { fields };
  const entries = Object.entries(fields instanceof Error ? { error: fields } : fields);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value instanceof Error ? (value.stack ?? value.message) : (value as unknown)]),
  );
}

/**
 * An agent's way to the log of its worker, which it shares with all others: what exceeds a rate is left out and counted.
 * Nothing that is wrong with a line, or with the log, reaches the agent.
 */
export function boundedLog(log: Logger): Logger & { /** Says what was left out so far. */ count(): void } {
  const allowance = createAllowance(LOGGED);
  let leftOut = 0;
  let countedAt = performance.now();

  function count() {
    countedAt = performance.now();
    if (leftOut === 0) return;
    log.warn(`the agent logs too much: ${leftOut} lines were left out`, { lines: leftOut });
    leftOut = 0;
  }

  function write(level: (typeof LEVELS)[number], message: unknown, fields: unknown) {
    if (performance.now() - countedAt > COUNT_EVERY_MS) count();
    // Before the line is looked at: one of megabytes costs more than it takes in the file.
    if (!allowance.isOpen()) return void (leftOut += 1);
    const text = String(message).slice(0, MAX_MESSAGE);
    const fitting = shorten(withStacks(fields), MAX_FIELDS_BYTES);
    // Text where it cannot be shown as JSON.
    const shown = typeof fitting === 'object' && fitting !== null ? fitting : { fields: fitting };
    allowance.take(LINE_FRAME + text.length + JSON.stringify(shown).length);
    log[level](text, shown);
  }

  function safely<Args extends unknown[]>(work: (...args: Args) => void) {
    return (...args: Args) => {
      try {
        work(...args);
      } catch {
        // A message whose text cannot be made, or a log that cannot be written, must not fail the agent.
      }
    };
  }

  const lines = LEVELS.map((level) => [
    level,
    safely((message: string, fields?: object) => write(level, message, fields)),
  ]);
  return { ...(Object.fromEntries(lines) as Logger), count: safely(count) };
}
