import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';

/** Leaves a promise behind that fails, as an agent does that forgets an `await`. */
const careless = defineAgent({
  name: 'careless',
  input: z.looseObject({}),
  output: z.object({ pid: z.number() }),
  run() {
    void Promise.reject(new Error('left behind'));
    return { pid: process.pid };
  },
});

export default defineApp({ agents: [careless] });
