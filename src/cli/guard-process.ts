import { createAllowance } from '../contracts/allowance.ts';
import { withoutMessage } from '../contracts/thrown-message.ts';

/** Errors that are reported with their stacks at once, and then a second; the next one says how many were not. */
const REPORTED = { burst: 20, perSecond: 1 };

/** Longest stack that is reported, in characters. */
const MAX_STACK = 4_000;

/** Where an error goes that nobody handled; `what` says how it came. */
type Report = (what: string, stack: string) => void;

const toStderr: Report = (what, stack) => void process.stderr.write(`baton: ${what}: ${stack}\n`);

let report = toStderr;
let isSealed = false;
let unhandled = 0;

function stackOf(thrown: unknown): string {
  try {
    if (isSealed) return withoutMessage(thrown);
    return String((thrown as Error | undefined)?.stack ?? thrown).slice(0, MAX_STACK);
  } catch {
    return 'something that cannot be shown as text';
  }
}

/** Sends what nobody handled to a role's log, from now on. `sealed`: without what the errors say, see `sdkLogger`. */
export function reportUnhandled(to: Report, { sealed }: { sealed: boolean }): void {
  report = to;
  isSealed = sealed;
}

/** How many errors nobody handled so far. */
export const unhandledErrors = (): number => unhandled;

/** A reader that has gone, or a full disk, must not end what a role does; a command without its output is at its end. */
function onOutputError({ code, message }: NodeJS.ErrnoException) {
  const endsInOrder = process.listenerCount('SIGTERM') > 0;
  if (endsInOrder) return;
  if (code === 'EPIPE') process.exit();
  process.stderr.write(`baton: its output cannot be written: ${message}\n`);
  process.exit(1);
}

/**
 * Keeps the process of a command up whatever is thrown where nobody can catch it: a promise that an agent left behind,
 * a callback of its timer, a socket of one of its libraries. Each is reported, and the process goes on: an error of one
 * agent must not end the runs of all others, and what was lost with it is bounded by its own limits of time. Called by
 * every command, never by a library: a program that embeds a worker decides for itself.
 */
export function guardProcess(): void {
  const allowance = createAllowance(REPORTED);
  let unreported = 0;

  function onUnhandled(what: string, thrown: unknown) {
    unhandled += 1;
    if (!allowance.isOpen()) return void (unreported += 1);
    allowance.take(1);
    const before = unreported > 0 ? ` (${unreported} more were not reported)` : '';
    unreported = 0;
    try {
      report(`${what}${before}`, stackOf(thrown));
    } catch {
      // Thrown here, it would end the process.
    }
  }

  process.on('uncaughtException', (error) => onUnhandled('an error that nobody caught', error));
  process.on('unhandledRejection', (reason) => onUnhandled('a promise failed that nobody waited for', reason));
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', () => undefined);
}
