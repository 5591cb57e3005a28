import { LOCAL_TIMEOUT_MS } from '../contracts/names.ts';
import type { AnyAgent, Tools } from './define-agent.ts';

function whyNot({ timeoutMs = 0, tools = {}, concurrency, isolate }: AnyAgent): string | undefined {
  const own = Object.values(tools as Tools);
  const once = own.find(({ effect }) => effect === 'once');
  const rated = own.find(({ rateLimit }) => rateLimit !== undefined);
  if (timeoutMs > LOCAL_TIMEOUT_MS) return `its timeoutMs of ${timeoutMs} is over ${LOCAL_TIMEOUT_MS}`;
  if (once) return `its tool ${once.name} has effect 'once', and a lost worker's attempts are not known`;
  if (rated) return `its tool ${rated.name} has a rate limit, and would wait inside of the workflow's own task`;
  if (concurrency) return "it has a limit of concurrency, and would wait inside of the workflow's own task";
  if (isolate) return 'it is isolated, and no process starts in so short a time';
  return undefined;
}

/**
 * Checks that a local agent is what can run inside of the workflow's own task: short, and harmless when it runs twice.
 *
 * @throws TypeError that says what is in the way
 */
export function checkLocal(agent: AnyAgent): void {
  const reason = agent.local ? whyNot(agent) : undefined;
  if (reason) throw new TypeError(`agent ${agent.name} cannot be local: ${reason}; leave \`local\` out`);
}
