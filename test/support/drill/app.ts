import { defineApp } from '../../../src/agents/define-app.ts';
import { asker, doorman, quick, sleeper } from './agents.ts';

export default defineApp({
  agents: [quick, doorman, asker, sleeper],
  workflows: new URL('./workflows.ts', import.meta.url),
});
