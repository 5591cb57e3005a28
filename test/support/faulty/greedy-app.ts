import { defineApp } from 'baton-agents';

export default defineApp({ agents: [], workflows: new URL('./greedy-workflows.ts', import.meta.url) });
