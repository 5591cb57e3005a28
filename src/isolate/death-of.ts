import type { Isolation } from '../agents/isolation-of.ts';
import { BatonError } from '../contracts/baton-error.ts';

/** What the child's watchdog writes before it kills its process; the size follows. */
export const RESIDENT_MARKER = 'baton-resident-mb:';

type Ending = { code: number | null; signal: NodeJS.Signals | null; stderr: string };

/** Says what the end of a child process means for its agent. `stderr` is what it wrote last. */
export function deathOf({ agent, heapMb, residentMb }: Isolation, { code, signal, stderr }: Ending): BatonError {
  const resident = new RegExp(`${RESIDENT_MARKER}(\\d+)`).exec(stderr);
  if (signal === 'SIGKILL' && resident) {
    const message = `agent ${agent} ran out of memory: ${resident[1]} MB resident, its limit is ${residentMb} MB (isolate.residentMb)`;
    return new BatonError('OutOfMemory', message);
  }
  // The words alone prove nothing, an agent may print them; V8 ends its process by a signal.
  if (signal !== null && signal !== 'SIGKILL' && /heap out of memory|process out of memory/i.test(stderr)) {
    const message = `agent ${agent} ran out of memory: its heap reached the limit of ${heapMb} MB (isolate.heapMb)`;
    return new BatonError('OutOfMemory', message);
  }
  // One line of it: users see this, and a stack trace is for the log, which has all of it.
  const [said] = /^(Uncaught )?\w*(Error|Exception)\b.*$/m.exec(stderr) ?? [];
  const ending = signal ? `by signal ${signal}` : `with exit code ${code}`;
  return new BatonError('AgentFailed', `agent ${agent}: its process ended ${ending}${said ? `: ${said}` : ''}`);
}
