import { defineApp } from '../../../src/agents/define-app.ts';
import { quick } from './agents.ts';

export default defineApp({ agents: [quick], workflows: new URL('./broken-workflows.ts', import.meta.url) });
