// The thread in which a worker runs workflow code; see `guardWorkflowThreads`.
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { createAllowance } from '../contracts/allowance.ts';
import { redactText } from '../contracts/redact.ts';
import { thrownField, thrownMessage } from '../contracts/thrown-message.ts';

type Listener = (...args: unknown[]) => void;

/** Longest stack and name that are passed on, in characters: they go into the history of a failed workflow task. */
const MAX_STACK = 4_000;
const MAX_NAME = 100;

/** Reasons that are reported here because no run is known for them: at once, and then a second. */
const REPORTED = { burst: 20, perSecond: 1 };

/** The same reason as an error that can be written down: the SDK makes text of it, and anything may be thrown. */
function readable(reason: unknown): Error {
  const error = new Error(thrownMessage(reason));
  const [name, stack] = [thrownField(reason, 'name'), thrownField(reason, 'stack')];
  error.name = typeof name === 'string' ? name.slice(0, MAX_NAME) : 'Error';
  const text = typeof stack === 'string' ? redactText(stack.slice(0, MAX_STACK)) : `${error.name}: ${error.message}`;
  error.stack = text.toWellFormed();
  return error;
}

const allowance = createAllowance(REPORTED);

function guarded(listener: Listener): Listener {
  return (reason, promise) => {
    const error = readable(reason);
    try {
      listener(error, promise);
    } catch {
      // Thrown from here, it would end the thread, and with it the worker and the tasks of all its runs.
      if (!allowance.isOpen()) return;
      allowance.take(1);
      process.stderr.write(`baton: a promise failed in workflow code that nobody waited for: ${error.stack}\n`);
    }
  };
}

const on = process.on.bind(process) as (name: string, listener: Listener) => NodeJS.Process;
Object.assign(process, {
  on: (name: string, listener: Listener) => on(name, name === 'unhandledRejection' ? guarded(listener) : listener),
});
createRequire(import.meta.url)(workerData as string);
