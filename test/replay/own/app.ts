import { defineAgent } from '../../../src/agents/define-agent.ts';
import { defineApp } from '../../../src/agents/define-app.ts';
import { booker, echo, value } from '../scenarios/recorded-agents.ts';

const payer = defineAgent({
  name: 'payer',
  input: value,
  output: value,
  retry: { maxAttempts: 1 },
  run() {
    throw new Error('the card was refused');
  },
});

/** The first of a crowd is done at once, the others stay until they are stopped. */
const guest = defineAgent({
  name: 'guest',
  input: value,
  output: value,
  run: (input, { signal }) =>
    input.n === 0
      ? input
      : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
});

/** A project with a workflow of its own: `baton replay test/replay/own/app.ts --dir test/replay/own/histories`. */
export default defineApp({
  agents: [booker, echo, guest, payer],
  workflows: new URL('./workflows.ts', import.meta.url),
});
