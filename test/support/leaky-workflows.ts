import { workflow } from 'baton-agents/workflow';

/** Fails with what it was given, as an own workflow may. */
export const leakyOwn = workflow('leakyOwn', async ({ secret }: { secret: string }) => {
  throw new TypeError(`token=${secret} is refused`);
});
