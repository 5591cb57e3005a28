// The example of own orchestration: compiled by the type check.
import { agents, saga, workflow } from 'baton-agents/workflow';
import type app from './app.ts';

const { quote, buyer } = agents<typeof app>();
export const trip = workflow('trip', async (input: { sku: string }) => saga(async () => buyer(await quote(input))));
