import { z } from 'zod';

/** Input of `runAgent`: one agent of the app and what it gets. The agent's own schema is checked when it runs. */
export const runAgentInput = z.object({ agent: z.string().min(1), input: z.unknown() });
export type RunAgentInput = z.infer<typeof runAgentInput>;
