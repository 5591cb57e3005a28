// workflows.ts: who works when. Durable code: no clock, no randomness, no input or output but through agents.
import { agents, workflow } from 'baton-agents/workflow';
import type app from './app.ts';

const { sorter, writer } = agents<typeof app>();

export const answer = workflow('answer', async (message: { text: string }) => {
  const sorted = await sorter(message);
  return writer(sorted);
});
