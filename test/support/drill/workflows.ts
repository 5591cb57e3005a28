import { agents, workflow } from 'baton-agents/workflow';
import type app from './app.ts';

const { quick } = agents<typeof app>();
export const errand = workflow('errand', async (input: object) => quick(input));
