import { workflow } from 'baton-agents/workflow';
import app from './app.ts';

/** Takes what it should have as a type alone: with it comes everything that the agents import. */
export const greedy = workflow('greedy', async () => ({ agents: app.agents.length }));
